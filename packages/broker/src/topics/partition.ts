import type { Clock } from '@partita/protocol'
import { isPartitaError } from '@partita/protocol'
import {
  type BatchHeader,
  type ControlBatchFields,
  type ControlMarker,
  controlBatch,
  readBatchHeader,
  readControlMarker,
  recordsOf,
} from '@partita/wire'
import { type IsUp, Leadership, noLeader } from '../cluster/leadership.ts'
import { type BatchRules, checkBatch, isRefusal, type Refusal } from '../log/check-batch.ts'
import { type EpochEnd, LeaderEpochs } from '../log/leader-epochs.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { type ActiveProducer, ProducerStates } from '../log/producer-states.ts'

export interface Appended {
  readonly baseOffset: number
  /** With `LogAppendTime` the timestamp that all records of the batch got, else -1; of a batch that was there, its own. */
  readonly logAppendTime: number
}

/** One partition of a topic: its log, who leads it, and what idempotent producers have written to it. */
export class Partition {
  readonly index: number
  readonly log: PartitionLog
  readonly leadership: Leadership
  readonly #epochs = new LeaderEpochs()
  readonly #producers: ProducerStates
  readonly #clock: Clock

  /**
   * @param log one that nothing was read from yet: what it has from before is taken in here
   * @param leadership default: the one node of a broker has it
   */
  constructor(
    index: number,
    clock: Clock,
    producerIdExpirationMs: number,
    log: PartitionLog = new PartitionLog(),
    leadership: Leadership = new Leadership([1]),
  ) {
    this.index = index
    this.log = log
    this.leadership = leadership
    this.#clock = clock
    this.#producers = new ProducerStates(clock, producerIdExpirationMs)
    this.#recover()
    this.#epochs.begin(this.leaderEpoch, log.endOffset)
  }

  get leaderEpoch(): number {
    return this.leadership.epoch
  }

  /** Has another replica lead, one that is up. Says whether it did not lead before. */
  moveLeader(node: number): boolean {
    return this.#noteEpoch(this.leadership.moveTo(node))
  }

  /** Takes in which nodes are up. Says whether the leader is another. */
  updateReplicas(isUp: IsUp): boolean {
    return this.#noteEpoch(this.leadership.update(isUp))
  }

  /** Where a leader's epoch ended, as `LeaderEpochs.endOf` says it. */
  endOfEpoch(epoch: number): EpochEnd | undefined {
    return this.#epochs.endOf(epoch, this.log)
  }

  /**
   * Appends what a Produce request brought, if it is one sound batch that is next in its producer's sequence.
   * @param verify why a batch of a transaction may not be written here now, asked where all else is in order
   */
  append(
    bytes: Uint8Array | null,
    rules: BatchRules,
    verify: VerifyTransaction = notInTransaction,
  ): Appended | Refusal {
    if (this.log.failure !== undefined) return { error: 'KAFKA_STORAGE_ERROR', message: this.log.failure }
    const now = this.#clock.now()
    const header = checkBatch(bytes, rules, now)
    if (isRefusal(header)) return header.isOfLog === true ? this.#refused(header) : header
    const isIdempotent = header.producerId >= 0
    const verdict = isIdempotent ? this.#producers.check(header) : next
    if (verdict.kind === 'refused') return this.#refused(verdict)
    if (verdict.kind === 'duplicate') return verdict
    const refusal = header.isTransactional ? verify(header) : this.#faultOutsideTransaction(header)
    if (refusal !== undefined) return refusal
    const logAppendTime = rules.timestampType === 'LogAppendTime' ? now : -1
    const baseOffset = this.#tryToPlace(bytes!, header, logAppendTime)
    if (typeof baseOffset === 'object') return baseOffset
    if (isIdempotent)
      this.#producers.record(header, baseOffset, logAppendTime < 0 ? header.maxTimestamp : logAppendTime)
    if (header.isTransactional) this.log.transactions.begin(header.producerId, baseOffset)
    this.log.announce()
    return { baseOffset, logAppendTime }
  }

  /**
   * Appends the marker that ends a producer's transaction here. It takes an offset. (Java: `EndTransactionMarker`.)
   * @throws PartitaError `KAFKA_STORAGE_ERROR`: then the transaction stays open here
   */
  endTransaction(marker: ControlMarker, producer: Pick<ControlBatchFields, 'producerId' | 'producerEpoch'>): void {
    const { producerId, producerEpoch } = producer
    const batch = controlBatch(marker, { producerId, producerEpoch, timestamp: this.#clock.now(), coordinatorEpoch })
    const header = readBatchHeader(batch)
    const offset = this.#place(batch, header, -1)
    this.#producers.recordMarker(header, coordinatorEpoch)
    this.log.transactions.end(producerId, offset, marker === 'abort')
    this.log.announce()
  }

  /** Whether what is known of the batch's producer is known by this batch. */
  isLastOfProducer(header: BatchHeader): boolean {
    return this.#producers.isLast(header)
  }

  /** Who writes here, the latest last. */
  producers(): Iterable<ActiveProducer> {
    return this.#producers.all()
  }

  #noteEpoch(isNew: boolean): boolean {
    if (isNew && this.leadership.leader !== noLeader) this.#epochs.begin(this.leaderEpoch, this.log.endOffset)
    return isNew
  }

  #faultOutsideTransaction({ producerId }: BatchHeader): Refusal | undefined {
    if (this.log.transactions.openSince(producerId) === undefined) return undefined
    const message = `Producer ${producerId} has a transaction open here, and the batch does not belong to it.`
    return this.#refused({ error: 'INVALID_TXN_STATE', message })
  }

  #refused({ error, message }: Refusal): Refusal {
    return { error, message, logStartOffset: this.log.startOffset }
  }

  /** Learns from the log what producers have written, and which transactions are open. */
  #recover(): void {
    for (const { header, segment, position } of this.log.recover()) {
      const { producerId, baseOffset } = header
      this.#epochs.begin(header.partitionLeaderEpoch, baseOffset)
      if (header.isControl) {
        const bytes = segment.read(position, header.byteLength)
        const [record] = recordsOf(bytes, { ...header, position: 0 })
        const marker = record === undefined ? undefined : readControlMarker(record)
        this.#producers.recordMarker(header, coordinatorEpoch)
        if (marker !== undefined) this.log.transactions.end(producerId, baseOffset, marker === 'abort')
      } else if (producerId >= 0) {
        this.#producers.record(header, baseOffset, header.maxTimestamp)
        if (header.isTransactional) this.log.transactions.begin(producerId, baseOffset)
      }
    }
  }

  #tryToPlace(batch: Uint8Array, header: BatchHeader, logAppendTime: number): number | Refusal {
    try {
      return this.#place(batch, header, logAppendTime)
    } catch (error) {
      if (!isPartitaError(error) || error.code !== 'KAFKA_STORAGE_ERROR') throw error
      return { error: error.code, message: error.message }
    }
  }

  #place(batch: Uint8Array, header: BatchHeader, logAppendTime: number): number {
    return this.log.append(batch, header, { leaderEpoch: this.leaderEpoch, logAppendTime })
  }
}

/** Says why a batch of a transaction may not be written; `undefined` where it may. */
export type VerifyTransaction = (header: BatchHeader) => Refusal | undefined

/** What coordinators know is one, whichever node they are at: so its epoch stays the first. */
const coordinatorEpoch = 0

const next = { kind: 'next' } as const

function notInTransaction(): Refusal {
  return {
    error: 'INVALID_TXN_STATE',
    message: 'The batch belongs to a transaction that the partition is not part of.',
  }
}
