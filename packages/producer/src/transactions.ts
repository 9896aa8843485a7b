import {
  abortedError,
  type Clock,
  isPartitaError,
  PartitaError,
  type ProducerRecord,
  type RecordMetadata,
  type TransactionControl,
  type TransactionOutcome,
} from '@partita/protocol'
import { attempt } from './attempt.ts'
import { consumedPositions } from './consumed-positions.ts'
import type { HookDispatcher } from './hooks.ts'
import { OpenTransaction } from './open-transaction.ts'
import type { Transaction, TransactionOptions } from './producer.ts'
import { untilAborted } from './waits.ts'

export interface TransactionsPorts<K, V> {
  readonly control: TransactionControl
  readonly clock: Clock
  readonly hooks: HookDispatcher
  send(record: ProducerRecord<K, V>): Promise<RecordMetadata>
  /** Settles when everything that was sent is settled. */
  flush(): Promise<void>
  /** Rejects what is not under way; settles when nothing is under way either, and opens what was halted. */
  discard(error: PartitaError): Promise<void>
}

type Work<K, V, T> = (tx: Transaction<K, V>) => Promise<T> | T

/** Runs transactions, one after another, in the order of the calls. */
export class Transactions<K, V> {
  readonly ended: Record<TransactionOutcome, number> = { committed: 0, aborted: 0, unknown: 0 }
  readonly #ports: TransactionsPorts<K, V>
  #last: Promise<unknown> = Promise.resolve()
  /** Fires, with what to reject with, when the producer closes. */
  readonly #closing: AbortController = new AbortController()

  constructor(ports: TransactionsPorts<K, V>) {
    this.#ports = ports
  }

  run<T>(work: Work<K, V, T>, { signal }: TransactionOptions = {}): Promise<T> {
    const done = this.#last.then(() => this.#run(work, signal))
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Aborts what is open, unless it is being committed, and refuses what waits; settles when that is done. */
  async close(error: PartitaError): Promise<void> {
    this.#closing.abort(error)
    await this.#last
  }

  async #run<T>(work: Work<K, V, T>, given: AbortSignal | undefined): Promise<T> {
    const ending = new AbortController()
    const { signal } = ending
    const aborted = (): void => ending.abort(abortedError(given!, 'The transaction'))
    const closed = (): void => ending.abort(this.#closing.signal.reason)
    given?.addEventListener('abort', aborted)
    this.#closing.signal.addEventListener('abort', closed)
    if (given?.aborted === true) aborted()
    if (this.#closing.signal.aborted) closed()
    try {
      signal.throwIfAborted()
      await this.#ports.control.begin({ signal })
      return await this.#perform(work, signal)
    } finally {
      given?.removeEventListener('abort', aborted)
      this.#closing.signal.removeEventListener('abort', closed)
    }
  }

  async #perform<T>(work: Work<K, V, T>, signal: AbortSignal): Promise<T> {
    const { control, clock } = this.#ports
    const startedAt = clock.monotonic()
    const tx = new OpenTransaction<K, V>((record) => this.#ports.send(record))
    let outcome: TransactionOutcome = 'aborted'
    let failure: unknown
    let isCommitting = false
    try {
      const result = await untilAborted(
        attempt(async () => work(tx)),
        signal,
      )
      await this.#complete(tx, signal)
      // From here on no signal counts: what is being committed may be committed.
      isCommitting = true
      await control.commit()
      outcome = 'committed'
      return result
    } catch (error) {
      failure = error
      if (isCommitting && isPartitaError(error) && error.ambiguous) outcome = 'unknown'
      else await this.#abort(tx, error)
      throw error
    } finally {
      for (const consumed of tx.consumed) consumed.settled(outcome)
      this.#tell(outcome, clock.monotonic() - startedAt, failure)
    }
  }

  /** Everything that belongs to it is stored, or it throws. */
  async #complete(tx: OpenTransaction<K, V>, signal: AbortSignal): Promise<void> {
    const { control, flush } = this.#ports
    tx.end()
    await untilAborted(flush(), signal)
    if (tx.failure !== undefined) throw tx.failure
    const positions = await untilAborted(consumedPositions(tx.consumed, tx), signal)
    for (const { group, offsets } of positions) await control.sendOffsets(offsets, group, { signal })
  }

  #tell(outcome: TransactionOutcome, durationMs: number, error: unknown): void {
    this.ended[outcome] += 1
    const { hooks } = this.#ports
    if (hooks.wants('transactionEnded')) hooks.tell('transactionEnded', { outcome, durationMs, error })
  }

  async #abort(tx: OpenTransaction<K, V>, cause: unknown): Promise<void> {
    const { control, discard } = this.#ports
    tx.end()
    const text = 'The transaction was aborted before the record was sent.'
    await discard(new PartitaError('ABORTED', text, { api: 'transaction', cause }))
    // Why it was aborted is what matters. If nobody heard of it, the next `begin` sees to it.
    await control.abort().catch(() => undefined)
  }
}
