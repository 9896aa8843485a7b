import {
  type Clock,
  PartitaError,
  type PartitionInfo,
  type ProducerTransport,
  reasonOf,
  type Timer,
  toPartitaError,
  type TopicPartitioner,
} from '@partita/protocol'
import { attempt } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerSettings } from './settings.ts'
import { type Waiting, WaitingLine } from './waiting-line.ts'

/** Somebody who needs to know a topic's partitions, or to know them anew. */
export interface MetadataWaiter extends Waiting {
  /** A record; else somebody who only wants to know. */
  readonly isRecord: boolean
  /** @param refreshed the cluster itself was asked; no cached answer */
  admit(refreshed: boolean): void
}

export interface TopicPorts {
  readonly session: ProducerTransport
  readonly clock: Clock
  readonly settings: ProducerSettings
  openQueue(topic: string, partition: number): PartitionQueue
  /** Nothing is known of the topic and nobody waits for it: it need not be kept. */
  forget(topic: Topic): void
}

/** What the producer knows of one topic: its partitions, a queue for each, and those who wait until they are known. */
export class Topic {
  readonly name: string
  readonly partitioner: TopicPartitioner
  /** All partitions, by index; none: not known yet. */
  partitions: readonly PartitionInfo[] = []
  readonly waiting: WaitingLine<MetadataWaiter>
  readonly #queues: PartitionQueue[] = []
  readonly #ports: TopicPorts
  #asking = false
  #askedAt = 0
  #failures = 0
  #lastError: PartitaError | undefined
  #timer: Timer | undefined

  constructor(name: string, partitioner: TopicPartitioner, ports: TopicPorts) {
    this.name = name
    this.partitioner = partitioner
    this.#ports = ports
    this.waiting = new WaitingLine(ports.clock, () => this.#timeoutError())
  }

  /** The queue of a partition that exists. */
  queue(partition: number): PartitionQueue {
    return (this.#queues[partition] ??= this.#ports.openQueue(this.name, partition))
  }

  /** The queues that were ever used. */
  queues(): PartitionQueue[] {
    return this.#queues.filter((queue) => queue !== undefined)
  }

  /** Puts somebody in line, and asks the cluster. */
  wait(waiter: MetadataWaiter): void {
    this.waiting.add(waiter)
    if (this.#timer === undefined) this.#ask(this.partitions.length > 0)
  }

  /** Asks again where the last answer is older than `metadataMaxAgeMs`; the old one serves until then. */
  refreshWhenOld(now: number): void {
    if (now - this.#askedAt > this.#ports.settings.metadataMaxAgeMs) this.#ask(true)
  }

  /** Reads what the transport knows by now: after a failed write that is the new leader. */
  reread(): void {
    this.#ask(false)
  }

  /** Sends the records away that wait; the asking goes on for whoever is left. */
  discard(error: PartitaError): void {
    for (const waiter of this.waiting.take(({ isRecord }) => isRecord)) waiter.fail(error)
    if (this.waiting.size > 0) return
    this.#stopTimer()
    this.#rest()
  }

  /** Ends the asking; whoever waits is sent away. */
  close(error: PartitaError): void {
    this.#stopTimer()
    for (const waiter of this.waiting.takeAll()) waiter.fail(error)
  }

  #ask(refresh: boolean): void {
    if (this.#asking) return
    const { session, clock } = this.#ports
    this.#asking = true
    this.#askedAt = clock.monotonic()
    attempt(() => session.partitionsFor(this.name, { refresh })).then(
      (partitions) => this.#answered(partitions, refresh),
      (error: unknown) => this.#failed(toPartitaError(error, { topic: this.name })),
    )
  }

  #answered(partitions: readonly PartitionInfo[], refreshed: boolean): void {
    if (partitions.length === 0) {
      this.#failed(new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', 'The topic has no partitions.', { retriable: true }))
      return
    }
    this.#asking = false
    this.#failures = 0
    this.#lastError = undefined
    this.partitions = partitions
    for (const waiter of this.waiting.takeAll()) waiter.admit(refreshed)
  }

  #failed(error: PartitaError): void {
    this.#asking = false
    this.#lastError = error
    if (!error.retriable) {
      for (const waiter of this.waiting.takeAll()) waiter.fail(error)
    }
    if (this.waiting.size === 0) {
      this.#rest()
      return
    }
    this.#failures++
    const { clock, settings } = this.#ports
    this.#timer ??= clock.setTimer(Math.ceil(backoffMs(this.#failures, settings, clock)), () => {
      this.#timer = undefined
      if (this.waiting.size === 0) this.#rest()
      else this.#ask(true)
    })
  }

  #stopTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #rest(): void {
    this.#failures = 0
    if (this.partitions.length === 0) this.#ports.forget(this)
  }

  #timeoutError(): PartitaError {
    const { maxBlockMs } = this.#ports.settings
    const cause = this.#lastError
    const place = { api: 'send', topic: this.name, retriable: true, cause }
    if (cause === undefined) {
      const message = `No answer about the topic's partitions came within maxBlockMs (${maxBlockMs} ms). See whether the brokers can be reached.`
      return new PartitaError('REQUEST_TIMEOUT', message, place)
    }
    if (cause.code === 'UNKNOWN_TOPIC_OR_PARTITION') {
      const message = `There is no such topic; asked for it through maxBlockMs (${maxBlockMs} ms). Create it, or see whether its name is right and this client may describe it.`
      return new PartitaError(cause.code, message, place)
    }
    const message = `The topic's partitions could not be learnt within maxBlockMs (${maxBlockMs} ms): ${reasonOf(cause)}`
    return new PartitaError(cause.code, message, { ...cause.place, ...place })
  }
}
