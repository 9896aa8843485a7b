import { setTimeout as sleep } from 'node:timers/promises'
import { createConsumer } from '@partita/consumer'
import { type IsolationLevel, jsonSerde, stringSerde, type Transport } from '@partita/protocol'
import type { Invoice } from './orders.ts'

/** The numbers of the orders that there are invoices for, by customer, in the order of the log. */
export type Invoices = ReadonlyMap<string, readonly number[]>

/** Everything that a reader sees of the invoices, from the first to the last. */
export async function readInvoices(
  transport: Transport,
  topic: string,
  isolationLevel: IsolationLevel,
): Promise<Invoices> {
  const found = new Map<string, number[]>()
  await using consumer = createConsumer<string, Invoice>({
    transport,
    groupId: `${topic}-${isolationLevel}-reader-${Date.now()}`,
    topics: [topic],
    autoOffsetReset: 'earliest',
    isolationLevel,
    keyDeserializer: stringSerde,
    valueDeserializer: jsonSerde<Invoice>(),
    handler({ key: customer, value: invoice }) {
      const numbers = found.get(customer!)
      if (numbers === undefined) found.set(customer!, [invoice!.order])
      else numbers.push(invoice!.order)
    },
  })
  const admin = transport.openAdmin()
  const ends = new Map((await admin.listOffsets(topic, 'latest')).map(({ partition, offset }) => [partition, offset]))
  await admin.close()
  const running = consumer.run()
  const isDone = (): boolean => {
    const { partitions } = consumer.metrics()
    return (
      partitions.length === ends.size && partitions.every((each) => (each.watermark ?? 0) >= ends.get(each.partition)!)
    )
  }
  const until = performance.now() + 60_000
  while (!isDone() && performance.now() < until) await sleep(50)
  await consumer.close()
  await running
  return found
}
