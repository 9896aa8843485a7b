import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startBroker } from '@partita/broker'
import { type Crowd, crowd } from '../crowd.ts'
import { cpuPercentOver } from '../meter.ts'
import { report } from './job.ts'

// What the broker costs while a crowd of clients is there that does nothing but wait and send heartbeats.
const { groups, partitionsEach, connections, settleMs, measuredMs } = crowd
const names = Array.from({ length: groups }, (_, index) => `topic-${index}`)
const broker = await startBroker({ topics: Object.fromEntries(names.map((name) => [name, partitionsEach])) })
const script = fileURLToPath(new URL('crowd-clients.js', import.meta.url))
const clients = fork(script, [JSON.stringify({ groups, brokers: broker.bootstrap } satisfies Crowd)])
await once(clients, 'message')
clients.send(Math.max(0, connections - connected()))
await once(clients, 'message')
await sleep(settleMs)
const cpuPercent = await cpuPercentOver(measuredMs)
const present = connected()
const stable = names.filter((name) => broker.group(name)?.state === 'Stable').length
const { rss } = process.memoryUsage()
// Afterwards, as it is not for nothing that somebody hears of each request.
let requests = 0
broker.control.onRequest(() => (requests += 1))
await sleep(measuredMs)
clients.kill('SIGKILL')
await once(clients, 'exit')
report({
  cpuPercent,
  requestsPerSecond: requests / (measuredMs / 1_000),
  stable,
  connections: present,
  residentMb: rss / 1e6,
})

function connected(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
