import {
  choiceOption,
  integerOption,
  nameOption,
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
import { BatchBuffers } from './batch-buffers.ts'
import { Dispatcher } from './dispatcher.ts'
import { Leaders } from './leaders.ts'
import { ProducerIds } from './producer-ids.ts'
import { RecordBatch, RecordBatchBuilder } from './record-batch.ts'
import { notSent } from './refusals.ts'
import { Sequences } from './sequences.ts'
import { Shipment } from './shipment.ts'
import { Transactions } from './transaction/transactions.ts'
import type { BatchNumbers } from './batch-numbers.ts'

/** Room in the first batch, before anything is known of how large they become. */
const firstBytes = 1024

/** Java's `transaction.timeout.ms`. */
const defaultTransactionTimeoutMs = 60_000

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
  checkTransactional(options)
  return new ProducerSession(cluster, options)
}

function checkTransactional({
  transactionalId,
  transactionTimeoutMs,
  enableIdempotence,
}: ProducerTransportOptions): void {
  if (transactionalId === undefined) return
  nameOption('transactionalId', transactionalId)
  integerOption('transactionTimeoutMs', transactionTimeoutMs ?? defaultTransactionTimeoutMs, {
    min: 1,
    max: 0x7fffffff,
  })
  if (enableIdempotence) return
  throw new PartitaError('INVALID_OPTION', 'transactionalId needs enableIdempotence.', { api: 'transactionalId' })
}

class ProducerSession implements ProducerTransport {
  readonly transactions: Transactions | undefined
  readonly #cluster: Cluster
  readonly #options: ProducerTransportOptions
  readonly #leaders: Leaders
  readonly #sequences: BatchNumbers | undefined
  readonly #dispatcher: Dispatcher
  readonly #buffers = new BatchBuffers()
  readonly #underWay = new Set<Shipment>()
  /** Why nothing is written any more: closed, or fenced. */
  #ended: PartitaError | undefined
  #closing: Promise<void> | undefined
  /** How much room a new batch gets: 1.5 times the mean of the last ones, so that few have to grow (measured: 1 of 600). */
  #room = firstBytes

  constructor(cluster: Cluster, options: ProducerTransportOptions) {
    const { acks, requestTimeoutMs, compressionType } = options
    this.#cluster = cluster
    this.#options = options
    const leaders = (this.#leaders = new Leaders(cluster))
    const transactions = (this.transactions = transactionsOf(cluster, options))
    const sequences = (this.#sequences = transactions?.numbers ?? numbersOf(cluster, options))
    // Whether a transactional producer is fenced for good is for its coordinator to say.
    const fenced = (error: PartitaError): void => void (transactions ?? (this.#ended ??= error))
    const answers = new Answers({ acks, leaders, sequences, fenced })
    this.#dispatcher = new Dispatcher({
      cluster,
      leaders,
      acks,
      requestTimeoutMs,
      compressionType,
      transactions,
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
    const buffer = this.#buffers.take(Math.min(Math.ceil(this.#room), limits.maxBytes))
    return new RecordBatchBuilder(target, limits, buffer, this.#sealed)
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
    const { transactions } = this
    if (transactions === undefined) return shipment.result
    return shipment.result.catch((error: PartitaError) => {
      throw transactions.numbers.failed(shipment.batch, error)
    })
  }

  abandon(batch: SealedBatch): void {
    this.#sequences?.abandon(ownBatch(batch))
  }

  /**
   * A second attempt leaves the first one's request behind, perhaps still in a connection, with the batch's bytes. So does a
   * request that nobody answers: it counts as done when the connection has it, which may not have sent it yet.
   */
  release(batch: SealedBatch): void {
    const own = ownBatch(batch)
    if (own.attempts === 1 && this.#options.acks !== 0) this.#buffers.giveBack(own.releaseBuffer())
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    this.#ended = closedError()
    this.transactions?.close(this.#ended)
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
      if (sequences !== undefined) {
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

function transactionsOf(cluster: Cluster, options: ProducerTransportOptions): Transactions | undefined {
  const { transactionalId, transactionTimeoutMs = defaultTransactionTimeoutMs, requestTimeoutMs } = options
  if (transactionalId === undefined) return undefined
  return new Transactions(cluster, { transactionalId, transactionTimeoutMs, requestTimeoutMs })
}

function numbersOf(cluster: Cluster, options: ProducerTransportOptions): BatchNumbers | undefined {
  return options.enableIdempotence ? new Sequences(new ProducerIds(cluster, options.requestTimeoutMs)) : undefined
}

function ownBatch(batch: SealedBatch): RecordBatch {
  if (batch instanceof RecordBatch) return batch
  const { topic, partition } = batch
  throw new PartitaError('UNEXPECTED', 'A batch can be written only by the session that made it.', { topic, partition })
}

function closedError(topic?: string): PartitaError {
  return new PartitaError('CLOSED', 'The producer is closed.', { api: 'Produce', topic })
}
