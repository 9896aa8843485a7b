import type { ProducerTransport, TopicPartition, TransactionControl, Transport } from '@partita/protocol'
import { batchOf, producerOptions, readTopic, store, using, valuesOf } from './case-helpers.ts'
import type { TransportHarness } from './compliance.ts'

/** A producer with transactions, and what a case does with it. */
export class TransactionalProducer {
  readonly session: ProducerTransport
  readonly #transport: Transport

  constructor(transport: Transport, transactionalId: string) {
    this.#transport = transport
    this.session = transport.openProducer(producerOptions(transport, { transactionalId, transactionTimeoutMs: 20_000 }))
  }

  get transactions(): TransactionControl {
    const { transactions } = this.session
    if (transactions === undefined) throw new Error('a session with a transactionalId has transactions')
    return transactions
  }

  async write(target: TopicPartition, values: readonly string[]): Promise<void> {
    await store(this.session, batchOf(this.session, target, values), this.#transport.clock)
  }

  close(): Promise<void> {
    return this.session.close()
  }
}

/** A topic, and a producer with transactions for it. */
export interface TransactionScene {
  readonly transport: Transport
  readonly topic: string
  readonly target: TopicPartition
  readonly transactionalId: string
  readonly producer: TransactionalProducer
}

/** Runs a case with a topic and a producer of its own. */
export async function withProducer(
  harness: TransportHarness,
  run: (scene: TransactionScene) => Promise<void>,
  partitions = 1,
): Promise<void> {
  const topic = await harness.newTopic(partitions)
  const transport = harness.newTransport()
  const transactionalId = `tx-${topic}`
  const target = { topic, partition: 0 }
  await using(new TransactionalProducer(transport, transactionalId), (producer) =>
    run({ transport, topic, target, transactionalId, producer }),
  )
}

/** The values of the first `count` records of the topic that readers of committed records see in a partition. */
export async function valuesIn(
  harness: TransportHarness,
  { topic, partition }: TopicPartition,
  count: number,
): Promise<readonly (string | null)[]> {
  return valuesOf((await readTopic(harness, topic, count)).get(partition))
}
