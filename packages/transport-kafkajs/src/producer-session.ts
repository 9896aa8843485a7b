import {
  kafkaErrorName,
  PartitaError,
  topicName,
  toPartitaError,
  type BatchBuilder,
  type BatchLimits,
  type MetadataOptions,
  type PartitionInfo,
  type ProducerTransport,
  type ProducerTransportOptions,
  type SealedBatch,
  type TopicPartition,
  type WriteResult,
} from '@partita/protocol'
import { BatchCollector, type CollectedBatch } from './batch.ts'
import type { ClusterSession } from './cluster-session.ts'
import { usableCompression } from './compression.ts'
import { refusal, throwRefusal } from './errors.ts'
import { kafkajsGuarantees } from './guarantees.ts'
import { ProduceLane, type BatchAnswer, type LaneEntry, type LaneSettings } from './produce-lane.ts'
import { Sequences, type ProducerIdentity, type Stamp, type StampVerdict } from './sequences.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { waitAtMost } from './waiting.ts'

/** A producer that is not idempotent: what Java writes into its batches then. */
const nobody: Stamp = { producerId: '-1', producerEpoch: -1, firstSequence: -1 }

/** Of no meaning to a producer without transactions, but the request has a place for it. kafkajs's default. */
const transactionTimeoutMs = 60_000

/** Refusals after which the batch may all the same be in the log, with `acks: -1`: it was appended, then something went wrong. */
const maybeAppended: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_LEADER_OR_FOLLOWER',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'UNKNOWN_SERVER_ERROR',
])

export class KafkajsProducer implements ProducerTransport {
  readonly #session: ClusterSession
  readonly #options: ProducerTransportOptions
  readonly #metadata: TopicMetadata
  readonly #lanes = new Map<number, ProduceLane>()
  readonly #laneSettings: LaneSettings
  readonly #sequences: Sequences | undefined
  #closed = false

  constructor(session: ClusterSession, options: ProducerTransportOptions) {
    const { acks, compressionType, enableIdempotence, requestTimeoutMs } = options
    if (options.transactionalId !== undefined) {
      const text = `This transport has no transactions: ${String(kafkajsGuarantees.transactions)}`
      throw new PartitaError('UNSUPPORTED', text, { api: 'transactionalId' })
    }
    if (enableIdempotence && acks !== -1) {
      throw new PartitaError('INVALID_OPTION', `enableIdempotence needs acks: -1; got ${acks}.`, { api: 'acks' })
    }
    this.#session = session
    this.#options = options
    this.#metadata = new TopicMetadata(session)
    this.#laneSettings = { acks, timeout: requestTimeoutMs, compression: usableCompression(compressionType) }
    this.#sequences = enableIdempotence ? new Sequences(() => this.#newIdentity()) : undefined
  }

  async partitionsFor(topic: string, options: MetadataOptions = {}): Promise<readonly PartitionInfo[]> {
    topicName(topic)
    const asked = this.#metadata.partitions(topic, { refresh: options.refresh ?? false })
    return this.#limited(asked, () => true, { api: 'Metadata', topic }, options.signal)
  }

  openBatch(target: TopicPartition, limits: BatchLimits): BatchBuilder {
    return new BatchCollector(target, limits)
  }

  async write(batch: SealedBatch, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<WriteResult> {
    const { topic, partition } = batch
    const place = { api: 'Produce', topic, partition }
    const entries: LaneEntry[] = []
    const attempt = this.#attempt(batch as CollectedBatch, entries)
    const unsent = (): boolean => !entries.some(({ sent }) => sent)
    try {
      return await this.#limited(attempt, unsent, place, options.signal)
    } catch (error) {
      for (const entry of entries) entry.dropped = true
      const failure = withPlace(error, place)
      this.#sequences?.failed(batch, failure)
      // Most failures of a write mean that the leader is another one, or will be.
      if (failure.retriable) this.#metadata.forget(topic)
      throw failure
    }
  }

  abandon(batch: SealedBatch): void {
    this.#sequences?.abandon(batch)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#session.close()
  }

  async #attempt(batch: CollectedBatch, entries: LaneEntry[]): Promise<WriteResult> {
    const { topic, partition, messages, byteLength } = batch
    const leader = await this.#metadata.leader(topic, partition)
    const stamp = (await this.#sequences?.stamp(batch)) ?? nobody
    const entry: LaneEntry = { topic, partition, messages, byteLength, stamp, sent: false, dropped: false }
    entries.push(entry)
    const answer = await this.#lane(leader).send(entry)
    return this.#conclude(batch, answer)
  }

  /** What the answer for a batch means. Throws where it was refused. */
  #conclude(batch: CollectedBatch, answer: BatchAnswer | undefined): WriteResult {
    const { topic, partition } = batch
    const { acks } = this.#options
    if (answer === undefined) {
      if (acks === 0) return { baseOffset: -1, logAppendTime: -1 }
      const text = 'The broker answered the write, but not for this partition.'
      throw new PartitaError('MALFORMED', text, { api: 'Produce', topic, partition, retriable: true, ambiguous: true })
    }
    if (answer.errorCode === 0) {
      this.#sequences?.stored(batch)
      return { baseOffset: Number(answer.baseOffset), logAppendTime: Number(answer.logAppendTime) }
    }
    const verdict = this.#sequences?.refused(batch, kafkaErrorName(answer.errorCode))
    if (verdict !== 'stored') throw this.#refused(answer, verdict, topic)
    this.#sequences?.stored(batch)
    return { baseOffset: -1, logAppendTime: -1 }
  }

  #refused({ errorCode, partition }: BatchAnswer, verdict: StampVerdict | undefined, topic: string): PartitaError {
    const place = { api: 'Produce', topic, partition }
    if (verdict === 'send-again') return refusal(errorCode, { ...place, retriable: true })
    if (verdict === 'unknown') return refusal(errorCode, { ...place, retriable: false, ambiguous: true })
    const ambiguous = this.#options.acks === -1 && maybeAppended.has(kafkaErrorName(errorCode))
    return refusal(errorCode, { ...place, ambiguous })
  }

  #lane(nodeId: number): ProduceLane {
    let lane = this.#lanes.get(nodeId)
    if (lane === undefined) {
      lane = new ProduceLane(() => this.#session.node(nodeId), this.#laneSettings)
      this.#lanes.set(nodeId, lane)
    }
    return lane
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const answer = await this.#session.ask((broker) =>
      broker.initProducerId({ transactionTimeout: transactionTimeoutMs }),
    )
    throwRefusal(answer.errorCode, { api: 'InitProducerId' })
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
  }

  /** Within `requestTimeoutMs`, and until the session is closed. `unsent` tells whether a batch was not sent yet. */
  async #limited<T>(promise: Promise<T>, unsent: () => boolean, place: Place, signal?: AbortSignal): Promise<T> {
    const { requestTimeoutMs: timeoutMs } = this.#options
    const timedOut = (): PartitaError => {
      const text = `No answer within requestTimeoutMs (${timeoutMs} ms).`
      return new PartitaError('REQUEST_TIMEOUT', text, { ...place, retriable: true, ambiguous: !unsent() })
    }
    const aborted = (): PartitaError => {
      const text = "The caller's signal ended the wait."
      return new PartitaError('ABORTED', text, { ...place, ambiguous: !unsent(), cause: signal?.reason })
    }
    try {
      return await waitAtMost(promise, { clock: this.#session.clock, timeoutMs, timedOut, signal, aborted })
    } catch (error) {
      if (!this.#closed) throw error
      throw new PartitaError('CLOSED', 'The producer was closed.', { ...place, ambiguous: !unsent() })
    }
  }
}

interface Place {
  readonly api: string
  readonly topic: string
  readonly partition?: number
}

/** The error with the topic and partition in it, where it does not say them yet. */
function withPlace(error: unknown, place: { readonly api: string } & TopicPartition): PartitaError {
  const failure = toPartitaError(error, place)
  if (failure.place.topic !== undefined) return failure
  const { code, message, retriable, ambiguous } = failure
  const text = `The batch could not be written: ${message}`
  return new PartitaError(code, text, { ...place, retriable, ambiguous, cause: failure })
}
