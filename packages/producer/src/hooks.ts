import type { Bytes, Clock, PartitaError, TopicPartition, TransactionOutcome } from '@partita/protocol'

/** Some records of one partition that travel together. */
export interface BatchEvent extends TopicPartition {
  readonly records: number
  /** Bytes of the encoded batch, before compression. */
  readonly bytes: number
  /** Writes so far, the first included. */
  readonly attempts: number
  /** Milliseconds since the batch took its first record. */
  readonly ageMs: number
}

/** A transaction that is over. */
export interface TransactionEvent {
  readonly outcome: TransactionOutcome
  /** Milliseconds since its work began. */
  readonly durationMs: number
  /** Whatever its work threw, or what went wrong; `undefined` where it was committed. */
  readonly error: unknown
}

/**
 * Observers of a producer. They are told at the end of the turn of the event loop, in the order of the events, so that a
 * hook may call the producer. One that throws is counted (`metrics().hookErrors`) and does no harm otherwise.
 */
export interface ProducerHooks {
  /** A record was given its partition. */
  recordPartitioned?(event: TopicPartition & { readonly key: Bytes | null; readonly explicit: boolean }): void
  /** A batch is full or its turn has come; it is about to be written for the first time. */
  batchSealed?(event: BatchEvent): void
  /** A batch was acknowledged. */
  batchWritten?(event: BatchEvent & { readonly baseOffset: number }): void
  /** A write failed and will be repeated after `backoffMs`. */
  batchRetried?(event: BatchEvent & { readonly error: PartitaError; readonly backoffMs: number }): void
  /** The broker refused a batch as too large; its records go on in several smaller ones. */
  batchSplit?(event: BatchEvent & { readonly into: number }): void
  /** A record was rejected. `partition` is -1 where it had none yet. */
  recordFailed?(event: TopicPartition & { readonly error: PartitaError }): void
  /** Keys (`keys` of them), or the whole partition (`keys` is `undefined`), were halted. */
  halted?(event: TopicPartition & { readonly keys: number | undefined; readonly cause: PartitaError }): void
  /** A transaction is over; `error` is what it was aborted for, or what its commit rejected with. */
  transactionEnded?(event: TransactionEvent): void
}

type Events = { [Name in keyof ProducerHooks]-?: Parameters<NonNullable<ProducerHooks[Name]>>[0] }

/** Carries events to the hooks, outside the producer's own steps. */
export class HookDispatcher {
  /** How many calls of a hook threw. */
  errors = 0
  readonly #hooks: ProducerHooks
  readonly #clock: Clock
  #calls: (() => void)[] = []

  constructor(hooks: ProducerHooks | undefined, clock: Clock) {
    this.#hooks = hooks ?? {}
    this.#clock = clock
  }

  /** Whether somebody listens: ask first, so that no event is made for nobody. */
  wants(name: keyof ProducerHooks): boolean {
    return this.#hooks[name] !== undefined
  }

  tell<Name extends keyof ProducerHooks>(name: Name, event: Events[Name]): void {
    const hooks = this.#hooks as { [N in Name]?: (event: Events[N]) => void }
    this.#calls.push(() => hooks[name]?.(event))
    if (this.#calls.length === 1) this.#clock.defer(this.#run)
  }

  readonly #run = (): void => {
    const calls = this.#calls
    this.#calls = []
    for (const call of calls) {
      try {
        call()
      } catch {
        this.errors++
      }
    }
  }
}
