import { java } from '@partita/partitioners'
import {
  type Bytes,
  type Clock,
  type Partitioner,
  type ProducerTransport,
  type Serializer,
  textOrBytesSerializer,
} from '@partita/protocol'
import { BufferMemory } from './buffer-memory.ts'
import { Delivery } from './delivery.ts'
import { FailurePolicy } from './failure-policy.ts'
import { Halts } from './halts.ts'
import { HookDispatcher } from './hooks.ts'
import type { ProducerOptions } from './options.ts'
import { OutstandingRecords } from './outstanding-records.ts'
import { PartitionQueue } from './partition-queue.ts'
import { RecordIntake } from './record-intake.ts'
import { RecordPreparation } from './record-preparation.ts'
import type { ProducerSettings } from './settings.ts'
import { Topics } from './topics.ts'
import { Transactions } from './transactions.ts'
import { TurnTime } from './turn-time.ts'

/** The parts of one producer, each with what it needs of the others. */
export interface ProducerParts<K, V> {
  readonly clock: Clock
  readonly session: ProducerTransport
  readonly outstanding: OutstandingRecords
  readonly memory: BufferMemory
  readonly halts: Halts
  readonly hooks: HookDispatcher
  readonly failures: FailurePolicy
  readonly topics: Topics
  readonly delivery: Delivery
  readonly preparation: RecordPreparation<K, V>
  readonly intake: RecordIntake<K, V>
  /** `undefined` without a `transactionalId`. */
  readonly transactions: Transactions<K, V> | undefined
}

/** Makes the parts. A record passes through them so: preparation, intake, topic, partition queue, delivery. */
export function assemble<K, V>(options: ProducerOptions<K, V>, settings: ProducerSettings): ProducerParts<K, V> {
  const { clock = options.transport.clock } = options
  const partitioner: Partitioner = options.partitioner ?? java({ clock })
  const { acks, compressionType, enableIdempotence, requestTimeoutMs, transactionalId, transactionTimeoutMs } = settings
  const session = options.transport.openProducer({
    acks,
    compressionType,
    enableIdempotence,
    requestTimeoutMs,
    ...(transactionalId !== undefined && { transactionalId, transactionTimeoutMs }),
  })
  const outstanding = new OutstandingRecords()
  const memory = new BufferMemory(settings.bufferMemory, settings.maxBlockMs, clock)
  const halts = new Halts(settings.maxHaltedKeys)
  const hooks = new HookDispatcher(options.hooks, clock)
  const failures = new FailurePolicy(settings.onFailure, { outstanding, memory, halts, hooks })
  const topics = new Topics(partitioner, { session, clock, settings, openQueue: queueOpener(session, clock, settings) })
  const delivery = new Delivery(settings, {
    session,
    clock,
    outstanding,
    memory,
    failures,
    hooks,
    used: (topic, now) => topics.known(topic)?.refreshWhenOld(now),
    doubted: (topic) => topics.known(topic)?.reread(),
  })
  const preparation = new RecordPreparation(...serializers(options), settings, new TurnTime(clock))
  const intake = new RecordIntake({
    clock,
    preparation,
    partitionerName: partitioner.name,
    maxBlockMs: settings.maxBlockMs,
    topics,
    memory,
    halts,
    hooks,
    outstanding,
    failures,
    delivery,
  })
  const parts = { clock, session, outstanding, memory, halts, hooks, failures, topics, delivery, preparation, intake }
  return { ...parts, transactions: transactionsOf(parts) }
}

function transactionsOf<K, V>(parts: Omit<ProducerParts<K, V>, 'transactions'>): Transactions<K, V> | undefined {
  const { clock, session, outstanding, memory, halts, hooks, topics, delivery, intake } = parts
  const control = session.transactions
  if (control === undefined) return undefined
  return new Transactions({
    control,
    clock,
    hooks,
    send: (record) => intake.send(record, undefined),
    flush: () => flush(parts),
    async discard(error) {
      for (const queue of topics.queues()) delivery.cancel(queue, error)
      memory.evict(() => error)
      topics.discard(error)
      await outstanding.drained()
      halts.clear()
    },
  })
}

/** Sends what lingers; settles when everything that was sent before is settled. */
export function flush({
  outstanding,
  topics,
  delivery,
}: Pick<ProducerParts<never, never>, 'outstanding' | 'topics' | 'delivery'>): Promise<void> {
  const drained = outstanding.drained()
  for (const queue of topics.queues()) delivery.wake(queue)
  return drained
}

function queueOpener(session: ProducerTransport, clock: Clock, settings: ProducerSettings) {
  const limits = { maxBytes: settings.batchSize, maxRecords: settings.maxBatchRecords }
  const ports = {
    openBatch: session.openBatch.bind(session),
    monotonic: clock.monotonic.bind(clock),
  }
  return (topic: string, partition: number): PartitionQueue => new PartitionQueue({ topic, partition }, limits, ports)
}

/** The types say `Bytes` where no serializer is given; a caller who says otherwise is refused record by record. */
function serializers<K, V>(options: ProducerOptions<K, V>): [Serializer<K>, Serializer<V>] {
  const textOrBytes: unknown = textOrBytesSerializer satisfies Serializer<Bytes>
  const { keySerializer = textOrBytes as Serializer<K>, valueSerializer = textOrBytes as Serializer<V> } = options
  return [keySerializer, valueSerializer]
}
