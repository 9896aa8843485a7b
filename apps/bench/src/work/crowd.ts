import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startBroker } from '@partita/broker'
import { type Crowd, crowd } from '../crowd.ts'
import { report } from './job.ts'

// What the broker costs while a crowd of clients is there that does nothing but wait and send heartbeats.
const { groups, partitionsEach, connections } = crowd
const names = Array.from({ length: groups }, (_, index) => `topic-${index}`)
const broker = await startBroker({ topics: Object.fromEntries(names.map((name) => [name, partitionsEach])) })
const script = fileURLToPath(new URL('crowd-clients.js', import.meta.url))
const clients = fork(script, [JSON.stringify({ groups, brokers: broker.bootstrap } satisfies Crowd)])
await once(clients, 'message')
clients.send(Math.max(0, connections - connected()))
await once(clients, 'message')
await sleep(2_000)
const cpu = process.cpuUsage()
await sleep(5_000)
const { user, system } = process.cpuUsage(cpu)
const present = connected()
const stable = names.filter((name) => broker.group(name)?.state === 'Stable').length
clients.kill('SIGKILL')
await once(clients, 'exit')
report({
  cpuPercent: (user + system) / 5_000_000 / 0.01,
  stable,
  connections: present,
  residentMb: process.memoryUsage().rss / 1e6,
})

function connected(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
