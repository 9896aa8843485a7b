import { setTimeout as sleep } from 'node:timers/promises'
import { startBroker } from '@partita/broker'
import { collectGarbage } from '../collect-garbage.ts'
import { cpuPercentOver } from '../meter.ts'
import { report } from './job.ts'

// How soon an embedded broker is ready inside a process that has just loaded it, what it costs when nobody calls, and
// what a topic of a thousand partitions takes.
const start = performance.now()
const broker = await startBroker({ topics: { orders: 12 } })
const readyMs = performance.now() - start
await sleep(500)
const idleCpuPercent = await cpuPercentOver(3_000)
await collectGarbage()
const { rss, ...before } = process.memoryUsage()
broker.createTopic('large', 1_000)
await collectGarbage()
const after = process.memoryUsage()
const topicBytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
await broker.close()
report({
  readyMs,
  idleCpuPercent,
  residentMb: rss / 1e6,
  topicMb: topicBytes / 1e6,
})
