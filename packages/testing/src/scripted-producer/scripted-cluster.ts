import {
  type BatchRecord,
  type Clock,
  type Headers,
  PartitaError,
  partitionName,
  type PartitionInfo,
  toBytes,
  type TopicPartition,
} from '@partita/protocol'
import type { ScriptedBatch } from './scripted-batch.ts'
import { ScriptedTransactions } from './scripted-transactions.ts'

/** One call of `write`, as the script sees it. */
export interface ScriptedWrite extends TopicPartition {
  /** Which write of this batch it is, from 1. */
  readonly attempt: number
  readonly records: readonly BatchRecord[]
}

/**
 * What becomes of a write, after `delayMs` (default 0: at once).
 *
 * - `stored`: the records are in the log and the answer says so.
 * - `refused`: they are not, and the write fails with `error`.
 * - `answer-lost`: they are (`stored: false`: they are not), and the write fails with `CONNECTION_FAILED`, ambiguous.
 * - `unanswered`: as `answer-lost`, but nothing is heard until `requestTimeoutMs` is over: `REQUEST_TIMEOUT`, ambiguous.
 */
export type ScriptedOutcome =
  | { readonly outcome: 'stored'; readonly delayMs?: number }
  | { readonly outcome: 'refused'; readonly error: PartitaError; readonly delayMs?: number }
  | { readonly outcome: 'answer-lost'; readonly stored?: boolean; readonly delayMs?: number }
  | { readonly outcome: 'unanswered'; readonly stored?: boolean }

/** What becomes of a question for a topic's partitions: an error, or the truth, after a delay. */
export interface ScriptedMetadata {
  readonly error?: PartitaError
  readonly delayMs?: number
}

/** A record in the log of a scripted producer transport. */
export interface StoredRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
  /** The number of the transaction that wrote it, from 1. */
  readonly transaction?: number | undefined
}

/** What is behind every session of one scripted transport: topics, logs, and the book of what happened. */
export class ScriptedCluster {
  readonly topics: Map<string, number>
  readonly writes: ScriptedWrite[] = []
  readonly violations: string[] = []
  readonly transactions: ScriptedTransactions = new ScriptedTransactions()
  abandoned = 0
  closed = false
  readonly #clock: Clock
  readonly #logAppendTime: boolean
  readonly #logs = new Map<string, StoredRecord[]>()

  constructor(topics: Readonly<Record<string, number>>, clock: Clock, logAppendTime: boolean) {
    this.topics = new Map(Object.entries(topics))
    this.#clock = clock
    this.#logAppendTime = logAppendTime
  }

  get logAppendTime(): number {
    return this.#logAppendTime ? this.#clock.now() : -1
  }

  /** Writes down what a producer did against the contract, and fails the call. */
  violation(text: string): never {
    this.violations.push(text)
    throw new Error(`contract of ProducerTransport: ${text}`)
  }

  log(target: TopicPartition): StoredRecord[] {
    const name = partitionName(target)
    let log = this.#logs.get(name)
    if (log === undefined) this.#logs.set(name, (log = []))
    return log
  }

  partitionsOf(topic: string): PartitionInfo[] {
    const count = this.topics.get(topic)
    if (count !== undefined) return Array.from({ length: count }, (_, partition) => ({ partition, leader: 1 }))
    throw new PartitaError('UNKNOWN_TOPIC_OR_PARTITION', 'No such topic.', { topic, retriable: true })
  }

  /** Puts a batch at the end of its log and gives its base offset; with de-duplication, the one it has already. */
  store(batch: ScriptedBatch, deduplicate: boolean): number {
    if (deduplicate && batch.storedAt >= 0) return batch.storedAt
    const log = this.log(batch)
    batch.storedAt = log.length
    for (const { timestamp, key, value, headers } of batch.content) {
      log.push({
        offset: log.length,
        timestamp: this.#logAppendTime ? this.#clock.now() : timestamp,
        key: key === null ? null : toBytes(key),
        value: value === null ? null : toBytes(value),
        headers,
        transaction: this.transactions.open,
      })
    }
    return batch.storedAt
  }
}
