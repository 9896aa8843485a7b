import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type BareCrowd, crowd } from '../crowd.ts'
import { cpuPercentOver } from '../meter.ts'
import { readJob, report } from './job.ts'

// What it costs Node alone to take as many requests a second as the crowd sends, and to answer each after the same while,
// with nothing read and nothing said: no broker in Node costs less.
const { settleMs, measuredMs, waitMs } = crowd
const { requestsPerSecond = 400 } = readJob()
const answer = Buffer.alloc(24)
let requests = 0
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => {
    requests += 1
    setTimeout(() => socket.write(answer), waitMs)
  })
  socket.on('error', () => undefined)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const connections = Math.round((requestsPerSecond * waitMs) / 1_000)
const script = fileURLToPath(new URL('bare-clients.js', import.meta.url))
const clients = fork(script, [JSON.stringify({ port, connections } satisfies BareCrowd)])
await once(clients, 'message')
await sleep(settleMs)
requests = 0
const cpuPercent = await cpuPercentOver(measuredMs)
const measured = requests / (measuredMs / 1_000)
clients.kill('SIGKILL')
await once(clients, 'exit')
report({ cpuPercent, requestsPerSecond: measured })
