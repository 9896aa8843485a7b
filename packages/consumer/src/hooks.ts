import type { Clock, ConsumerRecord, OffsetCommit, TopicPartition } from '@partita/protocol'
import type { NextStep } from './failure-policy.ts'

/**
 * To watch a consumer at work: every one is optional, and one that is absent costs nothing. They are called in passing:
 * what they return is not waited for, and what they throw is turned into a warning.
 */
export interface ConsumerHooks {
  partitionsAssigned?: (partitions: readonly TopicPartition[], epoch: number) => void
  /** After they were drained and committed, or (`lost`) at once. */
  partitionsRevoked?: (partitions: readonly TopicPartition[], how: 'drained' | 'lost') => void
  /** Before a handler is called. Records are as the bytes they came in. */
  recordStarted?: (record: ConsumerRecord, attempt: number) => void
  recordFinished?: (record: ConsumerRecord, how: 'handled' | 'skipped' | 'handed-over') => void
  recordFailed?: (record: ConsumerRecord, error: unknown, attempt: number, next: NextStep) => void
  /** The coordinator has acknowledged these. */
  committed?: (offsets: readonly OffsetCommit[]) => void
  /** Something that the consumer lives with, but that somebody should know: a commit that failed, metadata not ours… */
  warning?: (message: string, cause?: unknown) => void
}

/** A warning, as `metrics()` shows the last one. */
export interface Warning {
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

type Arguments<N extends keyof ConsumerHooks> = Parameters<NonNullable<ConsumerHooks[N]>>

/** Calls the hooks. */
export class News {
  readonly hooks: ConsumerHooks
  /** Who watches single records. Looked up once: asking for a hook that is absent costs some nanoseconds each time. */
  readonly watchesStarts: boolean
  readonly watchesFinishes: boolean
  readonly #clock: Clock
  #lastWarning: Warning | null = null

  constructor(hooks: ConsumerHooks, clock: Clock) {
    this.hooks = hooks
    this.watchesStarts = hooks.recordStarted !== undefined
    this.watchesFinishes = hooks.recordFinished !== undefined
    this.#clock = clock
  }

  get lastWarning(): Warning | null {
    return this.#lastWarning
  }

  tell<N extends Exclude<keyof ConsumerHooks, 'warning'>>(name: N, ...what: Arguments<N>): void {
    try {
      ;(this.hooks[name] as ((...what: Arguments<N>) => void) | undefined)?.(...what)
    } catch (cause) {
      this.warn(`The hook ${name} threw.`, cause)
    }
  }

  warn(message: string, cause?: unknown): void {
    this.#lastWarning = { message, at: this.#clock.now() }
    try {
      this.hooks.warning?.(message, cause)
    } catch {
      // There is nobody left to tell; `metrics()` has the warning itself.
    }
  }
}
