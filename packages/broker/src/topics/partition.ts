import type { Clock } from '@partita/protocol'
import { type BatchHeader, setBaseOffset, setLogAppendTime, setPartitionLeaderEpoch } from '@partita/wire'
import { type BatchRules, checkBatch, isRefusal, type Refusal } from '../log/check-batch.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { ProducerStates } from '../log/producer-states.ts'

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

  /** Appends what a Produce request brought, if it is one sound batch that is next in its producer's sequence. */
  append(bytes: Uint8Array | null, rules: BatchRules): Appended | Refusal {
    const now = this.#clock.now()
    const header = checkBatch(bytes, rules, now)
    if (isRefusal(header)) return header
    const logAppendTime = rules.timestampType === 'LogAppendTime' ? now : -1
    if (header.producerId < 0) return this.#write(bytes!, header, logAppendTime)
    const verdict = this.#producers.check(header)
    if (verdict.kind !== 'next') return verdict
    const appended = this.#write(bytes!, header, logAppendTime)
    this.#producers.record(header, appended.baseOffset, logAppendTime)
    return appended
  }

  #write(batch: Uint8Array, header: BatchHeader, logAppendTime: number): Appended {
    const entry = this.log.append(batch, header, logAppendTime < 0 ? header.maxTimestamp : logAppendTime)
    setBaseOffset(entry.segment, entry, entry.baseOffset)
    setPartitionLeaderEpoch(entry.segment, entry, this.leaderEpoch)
    if (logAppendTime >= 0) setLogAppendTime(entry.segment, entry, logAppendTime)
    this.log.announce()
    return { baseOffset: entry.baseOffset, logAppendTime }
  }
}
