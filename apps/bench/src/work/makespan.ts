import { setTimeout as sleep } from 'node:timers/promises'
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { transportOf } from './clients/partita.ts'
import { readJob, report } from './job.ts'

// Records of 1,000 keys, each with 5 ms of asynchronous work, 100 at a time: how long from the first start to the last
// end, beside what 100 workers that never wait would need. A bare timer takes longer than it says, so the ideal is
// counted with the timer's own measured length.
const { client, brokers, topic, records } = readJob()
const [workMs, maxConcurrency, keyCount] = [5, 100, 1_000]

async function timerMs(): Promise<number> {
  const rounds = 40
  const start = performance.now()
  for (let i = 0; i < rounds; i++) await Promise.all(Array.from({ length: maxConcurrency }, () => sleep(workMs)))
  return (performance.now() - start) / rounds
}

const transport = transportOf(client, brokers)
const producer = createProducer({ transport })
await Promise.all(
  Array.from({ length: records }, (_, i) => producer.send({ topic, key: `key-${i % keyCount}`, value: 'x' })),
)
await producer.close()

let handled = 0
let firstStart = 0
let lastEnd = 0
const consumer = createConsumer({
  transport,
  groupId: `bench-${process.pid}-${Date.now()}`,
  topics: [topic],
  ordering: 'key',
  maxConcurrency,
  autoOffsetReset: 'earliest',
  handler: async () => {
    if (firstStart === 0) firstStart = performance.now()
    await sleep(workMs)
    lastEnd = performance.now()
    if (++handled === records) void consumer.close()
  },
})
await consumer.run()
const measuredTimerMs = await timerMs()
report({
  makespanMs: lastEnd - firstStart,
  idealMs: (records / maxConcurrency) * workMs,
  idealWithThisTimerMs: (records / maxConcurrency) * measuredTimerMs,
})
