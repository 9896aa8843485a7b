import { randomUUID } from 'node:crypto'
import { Partitioners } from 'kafkajs'
import { java } from '@partita/partitioners'
import { report } from './job.ts'

// Where does this UUID go? Nanoseconds a key, Java-compatible, 12 partitions; the best of ten rounds.
const uuids = Array.from({ length: 10_000 }, () => randomUUID())
const partitions = Array.from({ length: 12 }, (_, partition) => ({ partition, leader: 0 }))

function nanosPerKey(count: number, choose: (uuid: string) => number): number {
  let best = Infinity
  let sum = 0
  for (let round = 0; round < 10; round++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < count; i++) sum += choose(uuids[i % uuids.length]!)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
  }
  // Uses the sum, so that no compiler may leave the work out.
  return sum < 0 ? Number.NaN : best
}

const partitioner = java().forTopic('bench')
const kafkajs = Partitioners.DefaultPartitioner()
const partitionMetadata = partitions.map(({ partition, leader }) => ({
  partitionId: partition,
  partitionErrorCode: 0,
  leader,
  replicas: [0],
  isr: [0],
}))
const bytes = new Map<string, Uint8Array>(uuids.map((uuid) => [uuid, new TextEncoder().encode(uuid)]))
report({
  stringNanos: nanosPerKey(1_000_000, (uuid) => partitioner.partition(uuid, partitions)),
  bytesNanos: nanosPerKey(1_000_000, (uuid) => partitioner.partition(bytes.get(uuid)!, partitions)),
  kafkajsNanos: nanosPerKey(20_000, (uuid) =>
    kafkajs({ topic: 'bench', partitionMetadata, message: { key: uuid, value: null } }),
  ),
})
