import type { PartitaError, RecordMetadata } from '@partita/protocol'

/**
 * Settles the promise of one `send`: with a result, or with a rejected promise. It is the promise's `resolve`; its
 * `reject` is not kept, because with tens of thousands of records in flight half a microsecond a record goes into what the
 * garbage collector has to carry along for each (measured at 50,000).
 */
export type Settle = (result: RecordMetadata | Promise<never>) => void

/** A record without a result yet: all that is kept of it beside its bytes in the batch. */
export interface PendingRecord {
  readonly settle: Settle
  readonly timestamp: number
  readonly generation: Generation
}

/** The records that were sent between two flushes. */
export interface Generation {
  pending: number
  readonly waiters: ((end: Promise<void>) => void)[]
}

/** A promise as the result makes a flush take as many steps as a rejected record does, so that it is not the quicker one. */
const settled = Promise.resolve()

/**
 * Every record that has no result yet, counted by generation, so that a flush waits for what was sent before it and for
 * nothing else. Each record leaves through `acknowledge` or `fail`, once.
 */
export class OutstandingRecords {
  acknowledged = 0
  failed = 0
  #current: Generation = { pending: 0, waiters: [] }
  /** Generations that a flush waits for, oldest first. */
  readonly #flushed: Generation[] = []

  get pending(): number {
    return this.#flushed.reduce((sum, { pending }) => sum + pending, this.#current.pending)
  }

  /** Whether somebody waits for a flush: then nothing lingers. */
  get flushing(): boolean {
    return this.#flushed.length > 0
  }

  enter(): Generation {
    this.#current.pending++
    return this.#current
  }

  acknowledge(settle: Settle, generation: Generation, metadata: RecordMetadata): void {
    this.acknowledged++
    settle(metadata)
    this.#leave(generation)
  }

  fail({ settle, generation }: PendingRecord, error: PartitaError): void {
    this.failed++
    settle(Promise.reject(error))
    this.#leave(generation)
  }

  /** Settles when everything that has entered so far has left. */
  drained(): Promise<void> {
    if (this.#current.pending > 0) {
      this.#flushed.push(this.#current)
      this.#current = { pending: 0, waiters: [] }
    }
    const last = this.#flushed.at(-1)
    return last === undefined ? Promise.resolve() : new Promise((resolve) => last.waiters.push(resolve))
  }

  #leave(generation: Generation): void {
    if (--generation.pending > 0 || this.#flushed.length === 0) return
    while (this.#flushed[0]?.pending === 0) {
      for (const resolve of this.#flushed.shift()!.waiters) resolve(settled)
    }
  }
}
