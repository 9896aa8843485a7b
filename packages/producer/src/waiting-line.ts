import type { Clock, PartitaError, Timer } from '@partita/protocol'
import { abortedError } from '@partita/protocol'

/** Somebody who waits in a line. */
export interface Waiting {
  /** On the monotonic clock. */
  readonly deadline: number
  readonly signal: AbortSignal | undefined
  fail(error: PartitaError): void
}

/**
 * First in, first out, with a way out for those whose time is up or whose caller gave up. One timer for all, set only
 * while somebody waits.
 */
export class WaitingLine<T extends Waiting> {
  readonly #clock: Clock
  readonly #timeoutError: (item: T) => PartitaError
  // A Set keeps the order of arrival and lets anybody leave from the middle at no cost.
  readonly #items = new Set<T>()
  readonly #listeners = new Map<T, () => void>()
  #timer: Timer | undefined
  #timerAt = Infinity

  constructor(clock: Clock, timeoutError: (item: T) => PartitaError) {
    this.#clock = clock
    this.#timeoutError = timeoutError
  }

  get size(): number {
    return this.#items.size
  }

  /** In the order of arrival; the present one may be removed on the way. */
  [Symbol.iterator](): Iterator<T> {
    return this.#items.values()
  }

  add(item: T): void {
    this.#items.add(item)
    if (item.signal !== undefined) this.#listen(item, item.signal)
    if (item.deadline < this.#timerAt) this.#setTimer(item.deadline)
  }

  remove(item: T): void {
    this.#items.delete(item)
    const listener = this.#listeners.get(item)
    if (listener !== undefined) {
      item.signal?.removeEventListener('abort', listener)
      this.#listeners.delete(item)
    }
    if (this.#items.size === 0) this.#clearTimer()
  }

  /** Takes those out that are meant, in the order of arrival. */
  take(isMeant: (item: T) => boolean): T[] {
    const items = [...this.#items].filter(isMeant)
    for (const item of items) this.remove(item)
    return items
  }

  /** Empties the line. */
  takeAll(): T[] {
    return this.take(() => true)
  }

  #listen(item: T, signal: AbortSignal): void {
    const listener = (): void => {
      this.remove(item)
      item.fail(abortedError(signal, 'A record that was waiting to be sent', { api: 'send' }))
    }
    this.#listeners.set(item, listener)
    signal.addEventListener('abort', listener, { once: true })
  }

  #setTimer(at: number): void {
    this.#clearTimer()
    this.#timerAt = at
    this.#timer = this.#clock.setTimer(Math.max(0, Math.ceil(at - this.#clock.monotonic())), () => this.#expire())
  }

  #clearTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Infinity
  }

  #expire(): void {
    this.#clearTimer()
    const now = this.#clock.monotonic()
    const expired: T[] = []
    let next = Infinity
    for (const item of this.#items) {
      if (item.deadline <= now) expired.push(item)
      else next = Math.min(next, item.deadline)
    }
    for (const item of expired) {
      this.remove(item)
      item.fail(this.#timeoutError(item))
    }
    if (next < Infinity) this.#setTimer(next)
  }
}
