import {
  choiceOption,
  integerOption,
  type BatchBuilder,
  type BatchLimits,
  type MetadataOptions,
  PartitaError,
  type PartitionInfo,
  type ProducerTransport,
  type ProducerTransportOptions,
  type SealedBatch,
  topicName,
  toPartitaError,
  type TopicPartition,
  type WriteResult,
} from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { Answers } from './answers.ts'
import { Dispatcher } from './dispatcher.ts'
import { Leaders } from './leaders.ts'
import { ProducerIds } from './producer-ids.ts'
import { RecordBatch, RecordBatchBuilder } from './record-batch.ts'
import { notSent } from './refusals.ts'
import { Sequences } from './sequences.ts'
import { Shipment } from './shipment.ts'

/** Room in the first batch, before anything is known of how large they become. */
const firstBytes = 1024

/**
 * The producer's side of the native transport. The way of a batch: filled, stamped with its number, compressed, sent to
 * its partition's leader together with the others of the same turn, answered.
 * @throws PartitaError `INVALID_OPTION`
 */
export function createProducerSession(cluster: Cluster, options: ProducerTransportOptions): ProducerTransport {
  choiceOption('acks', options.acks, [-1, 0, 1])
  choiceOption('compressionType', options.compressionType, ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
  integerOption('requestTimeoutMs', options.requestTimeoutMs, { min: 1 })
  if (options.enableIdempotence && options.acks !== -1) {
    const message = `enableIdempotence needs acks: -1 (all replicas in sync); got acks: ${options.acks}.`
    throw new PartitaError('INVALID_OPTION', message, { api: 'acks' })
  }
  return new ProducerSession(cluster, options)
}

class ProducerSession implements ProducerTransport {
  readonly #cluster: Cluster
  readonly #options: ProducerTransportOptions
  readonly #leaders: Leaders
  readonly #sequences: Sequences | undefined
  readonly #dispatcher: Dispatcher
  readonly #underWay = new Set<Shipment>()
  /** Why nothing is written any more: closed, or fenced. */
  #ended: PartitaError | undefined
  #closing: Promise<void> | undefined
  /** How much room a new batch gets: 1.5 times the mean of the last ones, so that few have to grow (measured: 1 of 600). */
  #room = firstBytes

  constructor(cluster: Cluster, options: ProducerTransportOptions) {
    const { acks, requestTimeoutMs, compressionType, enableIdempotence } = options
    this.#cluster = cluster
    this.#options = options
    const leaders = (this.#leaders = new Leaders(cluster))
    const sequences = enableIdempotence ? new Sequences(new ProducerIds(cluster, requestTimeoutMs)) : undefined
    this.#sequences = sequences
    const answers = new Answers({ acks, leaders, sequences, fenced: (error) => (this.#ended ??= error) })
    this.#dispatcher = new Dispatcher({
      cluster,
      leaders,
      acks,
      requestTimeoutMs,
      compressionType,
      answered: (...answer) => answers.take(...answer),
    })
  }

  async partitionsFor(topic: string, { refresh, signal }: MetadataOptions = {}): Promise<readonly PartitionInfo[]> {
    topicName(topic)
    if (this.#closing !== undefined) throw closedError(topic)
    const timeoutMs = this.#options.requestTimeoutMs
    return (await this.#cluster.topic(topic, { refresh, signal, timeoutMs })).partitions
  }

  openBatch(target: TopicPartition, limits: BatchLimits): BatchBuilder {
    const initialBytes = Math.min(Math.ceil(this.#room), limits.maxBytes)
    return new RecordBatchBuilder(target, limits, initialBytes, this.#sealed)
  }

  readonly #sealed = ({ byteLength }: RecordBatch): void => {
    this.#room += (1.5 * byteLength - this.#room) / 16
  }

  async write(
    batch: SealedBatch,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<WriteResult> {
    const shipment = new Shipment(ownBatch(batch), this.#left)
    this.#underWay.add(shipment)
    if (this.#ended !== undefined) shipment.fail(this.#ended)
    else if (signal !== undefined) shipment.endBy(signal)
    if (!shipment.settled) void this.#ship(shipment)
    // A request has its own time limit, so that a timer of our own is only for what comes before.
    if (shipment.stage === 'preparing') shipment.endAfter(this.#options.requestTimeoutMs, this.#cluster.clock)
    return shipment.result
  }

  abandon(batch: SealedBatch): void {
    this.#sequences?.abandon(ownBatch(batch))
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    this.#ended = closedError()
    for (const shipment of this.#underWay)
      shipment.end('CLOSED', 'The producer was closed before the batch was answered.')
    return (this.#closing = this.#cluster.close())
  }

  readonly #left = (shipment: Shipment): void => void this.#underWay.delete(shipment)

  /** Nothing is awaited where everything is known, so that batches of one turn meet in one request. */
  async #ship(shipment: Shipment): Promise<void> {
    const { batch } = shipment
    try {
      const sequences = this.#sequences
      if (sequences !== undefined && batch.stamp === undefined) {
        while (!sequences.stamp(batch)) {
          await sequences.begin(batch)
          if (shipment.settled) return
        }
      }
      const timeoutMs = this.#options.requestTimeoutMs
      const leader = this.#leaders.known(batch) ?? (await this.#leaders.find(batch, { timeoutMs }))
      if (!shipment.settled) this.#dispatcher.add(leader, shipment)
    } catch (error) {
      shipment.fail(notSent(toPartitaError(error), batch))
    }
  }
}

function ownBatch(batch: SealedBatch): RecordBatch {
  if (batch instanceof RecordBatch) return batch
  const { topic, partition } = batch
  throw new PartitaError('UNEXPECTED', 'A batch can be written only by the session that made it.', { topic, partition })
}

function closedError(topic?: string): PartitaError {
  return new PartitaError('CLOSED', 'The producer is closed.', { api: 'Produce', topic })
}
