import { createConsumer } from '@partita/consumer'
import { beside, box, dim, tint } from '../paint.ts'
import type { LogEntry } from '../stage.ts'
import type { Figure } from './figure.ts'
import { partitionRows } from './partition-rows.ts'

const partitions = 4
const count = 16

/** F4: from the producer through the partitions to the consumer. */
export const throughTheTopic: Figure = {
  title: 'Producer → Partition 0, 1, 2, 3 → Topic → Consumer',
  async play(stage) {
    const topic = await stage.topic('f4', partitions)
    const handled: LogEntry[] = []
    const consumer = createConsumer({
      transport: stage.transport,
      groupId: stage.groupId('f4'),
      topics: [topic],
      autoOffsetReset: 'earliest',
      handler: ({ partition, offset, value }) => {
        handled.push({ partition, offset, key: null, value: new TextDecoder().decode(value!) })
        if (handled.length === count) void consumer.close()
      },
    })
    const producer = stage.producer()
    const running = consumer.run()
    await Promise.all(
      Array.from({ length: count }, (_, i) => producer.send({ topic, key: `k${i}`, value: String(i + 1) })),
    )
    await running
    const log = await stage.readBack(topic)
    const show = ({ partition, value }: LogEntry): string => tint(partition, value)
    const half = Math.ceil(handled.length / 2)
    const lines = beside([
      box('Producer', [`sent ${count}`]),
      box('Topic', partitionRows(log, partitions, show)),
      box('Consumer', [
        `handled ${handled.length}`,
        handled.slice(0, half).map(show).join(' '),
        handled.slice(half).map(show).join(' '),
        dim('in the order of handling'),
      ]),
    ])
    const complete = new Set(handled.map((entry) => entry.value)).size === count && handled.length === count
    return { lines, claims: [{ text: `${count} sent, ${count} handled, none twice`, holds: complete }] }
  },
}
