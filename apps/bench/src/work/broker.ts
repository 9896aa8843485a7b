import { setTimeout as sleep } from 'node:timers/promises'
import { startBroker } from '@partita/broker'
import { report } from './job.ts'

// How soon an embedded broker is ready inside a process that has just loaded it, and what it costs when nobody calls.
const start = performance.now()
const broker = await startBroker({ topics: { orders: 12 } })
const readyMs = performance.now() - start
await sleep(500)
const cpu = process.cpuUsage()
await sleep(3_000)
const { user, system } = process.cpuUsage(cpu)
await broker.close()
report({ readyMs, idleCpuPercent: (user + system) / 3_000_000 / 0.01 })
