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
import type { OutstandingRecords, PendingRecord, Settle } from './outstanding-records.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { choosePartition, noSuchPartition } from './placement.ts'
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
    const promise = new Promise<RecordMetadata>(capture)
    const pending = { settle: captured.settle, timestamp: prepared.timestamp, generation: outstanding.enter() }
    this.#place(topic, prepared, pending, signal, undefined, false)
    return promise
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

  /** @param deadline of a record that has been waiting @param refreshed the topic's partitions were just asked for */
  #place(
    topic: Topic,
    record: PreparedRecord,
    pending: PendingRecord,
    signal: AbortSignal | undefined,
    deadline: number | undefined,
    refreshed: boolean,
  ): void {
    const count = topic.partitions.length
    const explicit = record.partition
    if (count === 0 || (explicit !== undefined && explicit >= count && !refreshed)) {
      this.#waitForMetadata(topic, record, pending, signal, deadline)
      return
    }
    const { halts, memory, hooks } = this.#ports
    let partition = -1
    try {
      partition = explicit ?? choosePartition(topic, record.key, this.#ports.partitionerName)
      if (partition >= count) throw noSuchPartition(topic, partition)
    } catch (error) {
      this.#fail(topic, -1, pending, error)
      return
    }
    const queue = topic.queue(partition)
    if (this.#tellPartitioned) {
      const event = { topic: topic.name, partition, key: record.key, explicit: explicit !== undefined }
      hooks.tell('recordPartitioned', event)
    }
    const halt = halts.none ? undefined : halts.find(queue, record.key)
    if (halt !== undefined) this.#fail(topic, partition, pending, halt)
    else if (memory.hasRoom(record.size)) this.#append(topic, queue, record, pending)
    else this.#waitForMemory(topic, queue, record, pending, signal, deadline)
  }

  #append(topic: Topic, queue: PartitionQueue, record: PreparedRecord, pending: PendingRecord): void {
    const { memory, delivery } = this.#ports
    let growth: number
    try {
      growth = queue.append(pending, record.key, record.value, record.headers)
    } catch (error) {
      this.#fail(topic, queue.partition, pending, error)
      return
    }
    memory.take(growth)
    if (record.key === null && record.partition === undefined) {
      topic.partitioner.appended?.(queue.partition, growth, queue.full)
    }
    delivery.wake(queue)
  }

  #waitForMetadata(
    topic: Topic,
    record: PreparedRecord,
    pending: PendingRecord,
    signal: AbortSignal | undefined,
    deadline: number | undefined,
  ): void {
    const kept = deadline === undefined ? ownCopy(record) : record
    const until = deadline ?? this.#deadline()
    topic.wait({
      isRecord: true,
      deadline: until,
      signal,
      admit: (refreshed) => this.#place(topic, kept, pending, signal, until, refreshed),
      fail: (error) => this.#fail(topic, -1, pending, error),
    })
  }

  #waitForMemory(
    topic: Topic,
    queue: PartitionQueue,
    record: PreparedRecord,
    pending: PendingRecord,
    signal: AbortSignal | undefined,
    deadline: number | undefined,
  ): void {
    const { memory, topics, delivery } = this.#ports
    const kept = deadline === undefined ? ownCopy(record) : record
    memory.waiting.add({
      queue,
      key: kept.key,
      size: kept.size,
      deadline: deadline ?? this.#deadline(),
      signal,
      admit: () => this.#append(topic, queue, kept, pending),
      fail: (error) => this.#fail(topic, queue.partition, pending, error),
    })
    // Nothing lingers while somebody waits for its memory.
    if (memory.waiting.size === 1) topics.queues().forEach((each) => delivery.wake(each))
  }

  #deadline(): number {
    return this.#ports.clock.monotonic() + this.#ports.maxBlockMs
  }

  #fail(topic: Topic, partition: number, pending: PendingRecord, error: unknown): void {
    const place = { topic: topic.name, partition }
    this.#ports.failures.reject(place, pending, toPartitaError(error, { topic: topic.name }))
  }

  /** The rejection of a record that was not even counted in. */
  #refuse(record: ProducerRecord<K, V> | undefined, cause: unknown): Promise<never> {
    const topic = String(record?.topic)
    const error = toPartitaError(cause, { api: 'send', topic })
    const { outstanding, hooks } = this.#ports
    outstanding.failed++
    if (hooks.wants('recordFailed')) hooks.tell('recordFailed', { topic, partition: -1, error })
    return Promise.reject(error)
  }
}

/** What settles the promise that was made last: one executor for all records instead of a closure for each. */
const captured: { settle: Settle } = { settle: () => undefined }
function capture(resolve: Settle): void {
  captured.settle = resolve
}
