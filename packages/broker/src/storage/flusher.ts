import type { Clock, Timer } from '@partita/protocol'

/**
 * When what was written is made to outlive the machine (to outlive the process it needs nothing): when the broker is
 * closed; every second as well; or before it is acknowledged.
 */
export type FsyncPolicy = 'never' | 'interval' | 'always'

export const fsyncPolicies: readonly FsyncPolicy[] = ['never', 'interval', 'always']

/** Something that is written to. */
export interface Flushable {
  flush(): Promise<void>
  flushNow(): void
  /** A flush failed: nobody knows any more what of it will last. */
  flushFailed(error: Error): void
}

/** How much a machine that stops may lose with `interval`. */
const intervalMs = 1_000

/** Flushes what was written, by the policy: with `always` all that was written in one turn of the clock at once. */
export class Flusher {
  readonly #policy: FsyncPolicy
  readonly #clock: Clock
  readonly #dirty: Set<Flushable> = new Set()
  /** The flush that is under way. */
  #running: Promise<void> | undefined
  /** The one that will take what is dirty now. */
  #next: Promise<void> | undefined
  #timer: Timer | undefined

  constructor(policy: FsyncPolicy, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  get policy(): FsyncPolicy {
    return this.#policy
  }

  wrote(target: Flushable): void {
    this.#dirty.add(target)
    if (this.#policy === 'interval') this.#timer ??= this.#clock.setTimer(intervalMs, () => this.#onTimer())
  }

  /** What is gone needs no flush. */
  forget(target: Flushable): void {
    this.#dirty.delete(target)
  }

  /** Unless the policy is `never`: flushes one thing here and now, if that may be needed. */
  flushNow(target: Flushable): void {
    const isUnderWay = this.#running !== undefined
    if (this.#policy !== 'never' && (isUnderWay || this.#dirty.has(target))) this.#flushOne(target)
  }

  /** With `always`: settles when all that was written until now is flushed; `undefined` where it is. Never rejects. */
  flushed(): Promise<void> | undefined {
    if (this.#policy !== 'always') return undefined
    if (this.#dirty.size > 0) return (this.#next ??= this.#flushNext(this.#running))
    return this.#running
  }

  /** Flushes all that is left, whatever the policy. */
  async close(): Promise<void> {
    this.#timer?.cancel()
    await this.#next
    await this.#running
    for (const target of this.#dirty) this.#flushOne(target)
  }

  async #flushNext(before: Promise<void> | undefined): Promise<void> {
    // Whatever is written in this turn, or while the flush before is under way, is part of this one.
    await new Promise<void>((resolve) => this.#clock.defer(resolve))
    await before
    this.#running = this.#next
    this.#next = undefined
    await this.#flushAll()
    // Unless another has begun, which waits for this one: it never has by now.
    this.#running = undefined
  }

  async #flushAll(): Promise<void> {
    const targets = [...this.#dirty]
    this.#dirty.clear()
    await Promise.all(targets.map((target) => target.flush().catch((error: Error) => target.flushFailed(error))))
  }

  #flushOne(target: Flushable): void {
    this.#dirty.delete(target)
    try {
      target.flushNow()
    } catch (error) {
      target.flushFailed(error as Error)
    }
  }

  #onTimer(): void {
    this.#timer = undefined
    if (this.#running === undefined) this.#running = this.#flushAll().finally(() => (this.#running = undefined))
    // The disk takes longer than the interval: what was written since the last flush began must not be forgotten.
    else this.#timer = this.#clock.setTimer(intervalMs, () => this.#onTimer())
  }
}
