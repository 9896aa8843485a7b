import {
  type Clock,
  type PartitaError,
  type ProducerTransport,
  toPartitaError,
  type TopicPartition,
  type WriteResult,
} from '@partita/protocol'
import { attempt } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import type { BufferMemory } from './buffer-memory.ts'
import { expiredError, finalError, stepAfter } from './delivery-outcome.ts'
import type { FailurePolicy } from './failure-policy.ts'
import type { BatchEvent, HookDispatcher } from './hooks.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { OutstandingRecords } from './outstanding-records.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerSettings } from './settings.ts'
import { TurnScheduler } from './turn-scheduler.ts'

export interface DeliveryPorts {
  readonly session: ProducerTransport
  readonly clock: Clock
  readonly outstanding: OutstandingRecords
  readonly memory: BufferMemory
  readonly failures: FailurePolicy
  readonly hooks: HookDispatcher
  /** A batch of the topic is about to be written. */
  used(topic: string, now: number): void
  /** A write failed: what is known of the topic's partitions may be out of date. */
  doubted(topic: string): void
}

/** Brings each queue's batches to the cluster, one at a time, the same batch until it is stored or given up. */
export class Delivery {
  batchesWritten = 0
  retries = 0
  splits = 0
  readonly #settings: ProducerSettings
  readonly #ports: DeliveryPorts
  readonly #scheduler: TurnScheduler

  constructor(settings: ProducerSettings, ports: DeliveryPorts) {
    this.#settings = settings
    this.#ports = ports
    this.#scheduler = new TurnScheduler(ports.clock, (queue, now) => this.#advance(queue, now))
  }

  /** Something happened to the queue: look at it at the end of this turn. */
  wake(queue: PartitionQueue): void {
    if (!queue.flying) this.#scheduler.add(queue)
  }

  /** Rejects everything of a queue but what is in flight: that gets no further attempt. */
  cancel(queue: PartitionQueue, error: PartitaError): void {
    stopTimer(queue)
    for (const batch of queue.removeWaiting()) {
      if (batch.attempts > 0) this.#ports.session.abandon(batch.seal())
      this.#ports.failures.failBatch(queue, batch, error)
      this.#ports.memory.take(-batch.bytes)
    }
    if (queue.head !== undefined) queue.head.cancelled = true
  }

  /** Rejects everything of a queue, also what is in flight, whose answer will be ignored. */
  abandon(queue: PartitionQueue, errorFor: (inFlight: boolean) => PartitaError): void {
    stopTimer(queue)
    let inFlight = queue.flying
    for (const batch of queue.removeAll()) {
      const error = errorFor(inFlight || batch.maybeStored)
      inFlight = false
      this.#ports.failures.failBatch(queue, batch, error)
      this.#ports.memory.take(-batch.bytes)
    }
  }

  #advance(queue: PartitionQueue, now: number): void {
    const { deliveryTimeoutMs } = this.#settings
    const { head } = queue
    if (head === undefined || queue.flying) return stopTimer(queue)
    const deadline = head.createdAt + deliveryTimeoutMs
    const startAt = this.#startAt(queue, head)
    if (now < deadline && startAt > now) return this.#sleep(queue, Math.min(startAt, deadline), now)
    stopTimer(queue)
    if (now < deadline) return this.#write(queue, now)
    this.#ports.failures.failHead(queue, this.#giveUp(queue, head, expiredError(head, deliveryTimeoutMs, queue)))
    // In another turn: first everybody hears of what failed here.
    this.wake(queue)
  }

  #startAt(queue: PartitionQueue, head: OutgoingBatch): number {
    const { lingerMs } = this.#settings
    if (head.attempts > 0) return head.retryAt
    const lingers = lingerMs > 0 && queue.onlyFilling && !queue.full && !this.#ports.outstanding.flushing
    return lingers && this.#ports.memory.waiting.size === 0 ? head.createdAt + lingerMs : 0
  }

  #sleep(queue: PartitionQueue, at: number, now: number): void {
    if (queue.timer?.at === at) return
    stopTimer(queue)
    const timer = this.#ports.clock.setTimer(Math.ceil(at - now), () => {
      queue.timer = undefined
      this.wake(queue)
    })
    queue.timer = { at, timer }
  }

  #write(queue: PartitionQueue, now: number): void {
    const { session, hooks } = this.#ports
    const batch = queue.sealHead()
    this.#ports.used(queue.topic, now)
    if (batch.attempts > 0) this.retries++
    else if (hooks.wants('batchSealed')) hooks.tell('batchSealed', this.#event(queue, batch))
    batch.attempts++
    queue.flying = true
    attempt(() => session.write(batch.seal())).then(
      (result) => this.#written(queue, batch, result),
      (error: unknown) => this.#failed(queue, batch, toPartitaError(error, place(queue))),
    )
  }

  #written(queue: PartitionQueue, batch: OutgoingBatch, result: WriteResult): void {
    queue.flying = false
    if (queue.head !== batch) return
    queue.removeHead()
    this.batchesWritten++
    const { session, outstanding, hooks, memory } = this.#ports
    batch.acknowledge(queue, result)
    outstanding.acknowledge(batch.shares)
    if (hooks.wants('batchWritten')) {
      hooks.tell('batchWritten', { ...this.#event(queue, batch), baseOffset: result.baseOffset })
    }
    session.release?.(batch.seal())
    this.wake(queue)
    memory.release(batch.bytes)
  }

  #failed(queue: PartitionQueue, batch: OutgoingBatch, error: PartitaError): void {
    queue.flying = false
    if (queue.head !== batch) return
    batch.lastError = error
    batch.maybeStored ||= error.ambiguous
    this.#ports.doubted(queue.topic)
    const step = stepAfter(error, batch, this.#settings.retries)
    if (step === 'retry') this.#retryLater(queue, batch, error)
    else if (step === 'split') this.#split(queue, batch)
    else this.#ports.failures.failHead(queue, this.#giveUp(queue, batch, finalError(error, batch, queue)))
    this.wake(queue)
  }

  #retryLater(queue: PartitionQueue, batch: OutgoingBatch, error: PartitaError): void {
    const { clock, hooks } = this.#ports
    const pause = error.retryAtOnce ? 0 : backoffMs(batch.attempts, this.#settings, clock)
    batch.retryAt = clock.monotonic() + pause
    if (hooks.wants('batchRetried')) {
      hooks.tell('batchRetried', { ...this.#event(queue, batch), error, backoffMs: pause })
    }
  }

  #split(queue: PartitionQueue, batch: OutgoingBatch): void {
    const { session, memory, hooks } = this.#ports
    session.abandon(batch.seal())
    const { into, growth } = queue.splitHead()
    memory.take(growth)
    this.splits++
    if (hooks.wants('batchSplit')) hooks.tell('batchSplit', { ...this.#event(queue, batch), into })
  }

  /** Tells the transport that a batch which was written will not be written again. */
  #giveUp(queue: PartitionQueue, batch: OutgoingBatch, error: PartitaError): PartitaError {
    if (batch.attempts > 0) this.#ports.session.abandon(queue.sealHead().seal())
    return error
  }

  #event({ topic, partition }: PartitionQueue, batch: OutgoingBatch): BatchEvent {
    const ageMs = this.#ports.clock.monotonic() - batch.createdAt
    return { topic, partition, records: batch.count, bytes: batch.bytes, attempts: batch.attempts, ageMs }
  }
}

function place({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function stopTimer(queue: PartitionQueue): void {
  queue.timer?.timer.cancel()
  queue.timer = undefined
}
