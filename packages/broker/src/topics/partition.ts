import type { Clock } from '@partita/protocol'
import {
  type BatchHeader,
  type ControlBatchFields,
  type ControlMarker,
  controlBatch,
  readBatchHeader,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
} from '@partita/wire'
import { type BatchRules, checkBatch, isRefusal, type Refusal } from '../log/check-batch.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { type ActiveProducer, ProducerStates } from '../log/producer-states.ts'

export interface Appended {
  readonly baseOffset: number
  /** With `LogAppendTime` the timestamp that all records of the batch got, else -1. */
  readonly logAppendTime: number
}

/** One partition of a topic: its log, and what idempotent producers have written to it. */
export class Partition {
  readonly index: number
  readonly log: PartitionLog = new PartitionLog()
  readonly leaderEpoch: number = 0
  readonly #producers: ProducerStates
  readonly #clock: Clock

  constructor(index: number, clock: Clock, producerIdExpirationMs: number) {
    this.index = index
    this.#clock = clock
    this.#producers = new ProducerStates(clock, producerIdExpirationMs)
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
    const now = this.#clock.now()
    const header = checkBatch(bytes, rules, now)
    if (isRefusal(header)) return header
    const isIdempotent = header.producerId >= 0
    const verdict = isIdempotent ? this.#producers.check(header) : next
    if (verdict.kind !== 'next') return verdict
    const refusal = header.isTransactional ? verify(header) : this.#faultOutsideTransaction(header)
    if (refusal !== undefined) return refusal
    const logAppendTime = rules.timestampType === 'LogAppendTime' ? now : -1
    const baseOffset = this.#place(bytes!, header, logAppendTime)
    if (isIdempotent) this.#producers.record(header, baseOffset, logAppendTime)
    if (header.isTransactional) this.log.transactions.begin(header.producerId, baseOffset)
    this.log.announce()
    return { baseOffset, logAppendTime }
  }

  /** Appends the marker that ends a producer's transaction here. It takes an offset. (Java: `EndTransactionMarker`.) */
  endTransaction(marker: ControlMarker, producer: Pick<ControlBatchFields, 'producerId' | 'producerEpoch'>): void {
    const { producerId, producerEpoch } = producer
    const batch = controlBatch(marker, { producerId, producerEpoch, timestamp: this.#clock.now(), coordinatorEpoch })
    const header = readBatchHeader(batch)
    const offset = this.#place(batch, header, -1)
    this.#producers.recordMarker(header, coordinatorEpoch)
    this.log.transactions.end(producerId, offset, marker === 'abort')
    this.log.announce()
  }

  /** Who writes here, the latest last. */
  producers(): Iterable<ActiveProducer> {
    return this.#producers.all()
  }

  #faultOutsideTransaction({ producerId }: BatchHeader): Refusal | undefined {
    if (this.log.transactions.openSince(producerId) === undefined) return undefined
    const message = `Producer ${producerId} has a transaction open here, and the batch does not belong to it.`
    return { error: 'INVALID_TXN_STATE', message }
  }

  #place(batch: Uint8Array, header: BatchHeader, logAppendTime: number): number {
    const entry = this.log.append(batch, header, logAppendTime < 0 ? header.maxTimestamp : logAppendTime)
    setBaseOffset(entry.segment, entry, entry.baseOffset)
    setPartitionLeaderEpoch(entry.segment, entry, this.leaderEpoch)
    if (logAppendTime >= 0) setLogAppendTime(entry.segment, entry, logAppendTime)
    return entry.baseOffset
  }
}

/** Says why a batch of a transaction may not be written; `undefined` where it may. */
export type VerifyTransaction = (header: BatchHeader) => Refusal | undefined

/** The one coordinator never moves, so that its epoch stays the first. */
const coordinatorEpoch = 0

const next = { kind: 'next' } as const

function notInTransaction(): Refusal {
  return {
    error: 'INVALID_TXN_STATE',
    message: 'The batch belongs to a transaction that the partition is not part of.',
  }
}
