import { createConsumer, type Consumer } from '@partita/consumer'
import { createProducer, type Producer } from '@partita/producer'
import { jsonSerde, stringSerde, type Transport } from '@partita/protocol'
import { invoiceFor, type Invoice, type Order } from './orders.ts'

export interface InvoicingOptions {
  readonly transport: Transport
  /** Of this worker, at any time one with that name: whoever is started in its place goes on at once, and fences it. */
  readonly name: string
  readonly groupId: string
  readonly orders: string
  readonly invoices: string
  /** An invoice is stored, and not committed yet. */
  readonly stored?: (customer: string, invoice: Invoice) => void
}

/** A worker: reads orders, writes an invoice for each, and whatever becomes of the worker, exactly one. */
export interface Invoicing {
  /** Handles orders until it is stopped. */
  run(): Promise<void>
  /** Finishes what is being handled, and ends `run`, also where that has hardly begun. */
  stop(): Promise<void>
  readonly consumer: Consumer
  readonly producer: Producer<string, Invoice>
}

export function createInvoicing({ transport, name, groupId, orders, invoices, stored }: InvoicingOptions): Invoicing {
  const producer = createProducer<string, Invoice>({
    transport,
    transactionalId: `${groupId}-${name}`,
    // So long may others have to wait for what a worker left open that is never started again.
    transactionTimeoutMs: 10_000,
    keySerializer: stringSerde,
    valueSerializer: jsonSerde<Invoice>(),
  })
  const consumer = createConsumer<string, Order>({
    transport,
    groupId,
    topics: [orders],
    autoOffsetReset: 'earliest',
    // Whoever takes a partition over waits for the offsets of a transaction that is still open.
    isolationLevel: 'read_committed',
    // A static member: its restart is no rebalance.
    groupInstanceId: name,
    keyDeserializer: stringSerde,
    valueDeserializer: jsonSerde<Order>(),
    async handler({ key: customer, value: order }, { consumed }) {
      await producer.transaction(async (tx) => {
        const invoice = invoiceFor(order!)
        await tx.send({ topic: invoices, key: customer, value: invoice })
        tx.sendOffsets(consumed)
        stored?.(customer!, invoice)
      })
    },
  })
  let isStopped = false

  async function run(): Promise<void> {
    // Takes the name over: what a worker that was killed left open is aborted now. Otherwise this one's consumer would wait
    // for it, up to transactionTimeoutMs, before it reads the first order.
    await producer.transaction(() => {})
    if (!isStopped) await consumer.run()
  }

  async function stop(): Promise<void> {
    isStopped = true
    await consumer.close()
  }

  return { run, stop, consumer, producer }
}
