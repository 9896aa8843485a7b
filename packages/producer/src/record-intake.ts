import {
  abortedError,
  type Clock,
  type PartitaError,
  type PartitionInfo,
  type ProducerRecord,
  type RecordMetadata,
  toPartitaError,
  topicName,
} from '@partita/protocol'
import type { BufferMemory } from './buffer-memory.ts'
import type { Delivery } from './delivery.ts'
import type { FailurePolicy } from './failure-policy.ts'
import type { Halts } from './halts.ts'
import type { HookDispatcher } from './hooks.ts'
import type { Generation, OutstandingRecords } from './outstanding-records.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { choosePartition, noSuchPartition } from './placement.ts'
import { newReceipt, type Receipt, rejectBehind } from './receipts.ts'
import type { SendOptions } from './producer.ts'
import { ownCopy, type PreparedRecord, type RecordPreparation, topicOf } from './record-preparation.ts'
import type { Topic } from './topic.ts'
import type { Topics } from './topics.ts'

export interface IntakePorts<K, V> {
  readonly clock: Clock
  readonly preparation: RecordPreparation<K, V>
  readonly partitionerName: string
  readonly maxBlockMs: number
  readonly topics: Topics
  readonly memory: BufferMemory
  readonly halts: Halts
  readonly hooks: HookDispatcher
  readonly outstanding: OutstandingRecords
  readonly failures: FailurePolicy
  readonly delivery: Delivery
}

/**
 * Takes records: checks them, places them, and puts each into its partition's queue, in the order of the calls. Those that
 * have to wait, for metadata or for memory, wait in line and are put into their queues in that same order.
 */
export class RecordIntake<K, V> {
  readonly #ports: IntakePorts<K, V>
  readonly #tellPartitioned: boolean
  #closed: PartitaError | undefined

  constructor(ports: IntakePorts<K, V>) {
    this.#ports = ports
    this.#tellPartitioned = ports.hooks.wants('recordPartitioned')
  }

  /** Refuses everything from now on. */
  close(error: PartitaError): void {
    this.#closed = error
  }

  send(record: ProducerRecord<K, V>, options: SendOptions | undefined): Promise<RecordMetadata> {
    const { topics, preparation, outstanding } = this.#ports
    const signal = options?.signal
    let topic: Topic | undefined
    let prepared: PreparedRecord
    try {
      if (this.#closed !== undefined) throw this.#closed
      const name = topicOf(record)
      topic = topics.known(name)
      if (topic === undefined) topicName(name)
      prepared = preparation.prepare(record)
      if (signal?.aborted === true) throw abortedError(signal, 'send', { topic: name })
      topic ??= topics.open(name)
    } catch (error) {
      return this.#refuse(record, error)
    }
    return this.#place(topic, prepared, outstanding.enter(), signal, undefined, false)
  }

  /** All partitions of a topic, as soon as they are known. */
  async partitionsFor(name: string): Promise<readonly PartitionInfo[]> {
    if (this.#closed !== undefined) throw this.#closed
    const topic = this.#ports.topics.open(name)
    if (topic.partitions.length > 0) return topic.partitions
    return new Promise((resolve, reject) => {
      const deadline = this.#deadline()
      topic.wait({
        isRecord: false,
        deadline,
        signal: undefined,
        admit: () => resolve(topic.partitions),
        fail: reject,
      })
    })
  }

  /**
   * Puts a record into its partition's queue, or in line.
   * @param waited where the record has been waiting: its promise is out already
   * @param refreshed the topic's partitions were just asked for
   */
  #place(
    topic: Topic,
    record: PreparedRecord,
    generation: Generation,
    signal: AbortSignal | undefined,
    waited: Waited | undefined,
    refreshed: boolean,
  ): Promise<RecordMetadata> {
    const count = topic.partitions.length
    const explicit = record.partition
    if (count === 0 || (explicit !== undefined && explicit >= count && !refreshed)) {
      return this.#waitForMetadata(topic, record, generation, signal, waited)
    }
    const { halts, memory, hooks } = this.#ports
    let partition = -1
    try {
      partition = explicit ?? choosePartition(topic, record.key, this.#ports.partitionerName)
      if (partition >= count) throw noSuchPartition(topic, partition)
    } catch (error) {
      return this.#fail(topic, -1, generation, waited?.receipt, error)
    }
    const queue = topic.queue(partition)
    if (this.#tellPartitioned) {
      const event = { topic: topic.name, partition, key: record.key, explicit: explicit !== undefined }
      hooks.tell('recordPartitioned', event)
    }
    const halt = halts.none ? undefined : halts.find(queue, record.key)
    if (halt !== undefined) return this.#fail(topic, partition, generation, waited?.receipt, halt)
    if (memory.hasRoom(record.size)) return this.#append(topic, queue, record, generation, waited?.receipt)
    return this.#waitForMemory(topic, queue, record, generation, signal, waited)
  }

  #append(
    topic: Topic,
    queue: PartitionQueue,
    record: PreparedRecord,
    generation: Generation,
    receipt: Receipt | undefined,
  ): Promise<RecordMetadata> {
    const { memory, delivery } = this.#ports
    const { timestamp, key, value, headers } = record
    let growth: number
    try {
      growth = queue.append(generation, timestamp, key, value, headers)
    } catch (error) {
      return this.#fail(topic, queue.partition, generation, receipt, error)
    }
    memory.take(growth)
    if (key === null && record.partition === undefined) {
      topic.partitioner.appended?.(queue.partition, growth, queue.full)
    }
    delivery.wake(queue)
    if (receipt === undefined) return queue.receipts.add()
    queue.receipts.put(receipt)
    return receipt.promise
  }

  #waitForMetadata(
    topic: Topic,
    record: PreparedRecord,
    generation: Generation,
    signal: AbortSignal | undefined,
    waited: Waited | undefined,
  ): Promise<RecordMetadata> {
    const kept = waited === undefined ? ownCopy(record) : record
    const { receipt, deadline } = (waited ??= this.#startWaiting())
    topic.wait({
      isRecord: true,
      deadline,
      signal,
      admit: (refreshed) => void this.#place(topic, kept, generation, signal, waited, refreshed),
      fail: (error) => void this.#fail(topic, -1, generation, receipt, error),
    })
    return receipt.promise
  }

  #waitForMemory(
    topic: Topic,
    queue: PartitionQueue,
    record: PreparedRecord,
    generation: Generation,
    signal: AbortSignal | undefined,
    waited: Waited | undefined,
  ): Promise<RecordMetadata> {
    const { memory, topics, delivery } = this.#ports
    const kept = waited === undefined ? ownCopy(record) : record
    const { receipt, deadline } = waited ?? this.#startWaiting()
    memory.waiting.add({
      queue,
      key: kept.key,
      size: kept.size,
      deadline,
      signal,
      admit: () => void this.#append(topic, queue, kept, generation, receipt),
      fail: (error) => void this.#fail(topic, queue.partition, generation, receipt, error),
    })
    // Nothing lingers while somebody waits for its memory.
    if (memory.waiting.size === 1) topics.queues().forEach((each) => delivery.wake(each))
    return receipt.promise
  }

  #startWaiting(): Waited {
    return { receipt: newReceipt(), deadline: this.#deadline() }
  }

  #deadline(): number {
    return this.#ports.clock.monotonic() + this.#ports.maxBlockMs
  }

  /** @param receipt where its promise is out already */
  #fail(
    { name }: Topic,
    partition: number,
    generation: Generation,
    receipt: Receipt | undefined,
    cause: unknown,
  ): Promise<RecordMetadata> {
    const error = toPartitaError(cause, { topic: name })
    this.#ports.outstanding.fail([{ generation, count: 1 }])
    this.#ports.failures.tellFailed({ topic: name, partition }, error)
    if (receipt === undefined) return Promise.reject(error)
    rejectBehind(receipt, error)
    return receipt.promise
  }

  /** The rejection of a record that was not even counted in. */
  #refuse(record: ProducerRecord<K, V> | undefined, cause: unknown): Promise<never> {
    const topic = String(record?.topic)
    const error = toPartitaError(cause, { api: 'send', topic })
    this.#ports.outstanding.failed++
    this.#ports.failures.tellFailed({ topic, partition: -1 }, error)
    return Promise.reject(error)
  }
}

/** A record that could not be taken at once. */
interface Waited {
  readonly receipt: Receipt
  /** On the monotonic clock. */
  readonly deadline: number
}
