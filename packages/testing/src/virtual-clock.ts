import type { Clock, Timer } from '@partita/protocol'

export interface VirtualClockOptions {
  /** The seed of `random()`; the same seed gives the same numbers. Default 1. */
  readonly seed?: number
  /** `now()` at the start, in milliseconds since the epoch. Default 1,700,000,000,000. */
  readonly startAt?: number
}

/** A {@link Clock} that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`. Timers that fall due run in the order of their times (ties: in the order they were set), each
   * at its own time, and promises settle after each.
   */
  advance(ms: number): Promise<void>
  /** Runs what was deferred and lets promises settle, over and over until nothing moves. Time stands still. */
  settle(): Promise<void>
  /**
   * Moves time on, from timer to timer, until `condition` holds.
   * @throws Error after `limitMs` of virtual time (default one hour), or when nothing is left that could change anything
   */
  advanceUntil(condition: () => boolean, limitMs?: number): Promise<void>
  /** How many timers are set that somebody awaits: those with `unref` are not counted. */
  readonly pendingTimers: number
}

interface Pending {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  isAwaited: boolean
}

/** A clock for tests and simulations: no time passes and no chance strikes unless the test says so. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { seed = 1, startAt = 1_700_000_000_000 } = options
  const timers = new Set<Pending>()
  let deferred: (() => void)[] = []
  let elapsed = 0
  let order = 0
  const random = seededRandom(seed)

  function nextTimer(): Pending | undefined {
    let next: Pending | undefined
    for (const timer of timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }

  async function settle(): Promise<void> {
    do {
      const batch = deferred
      deferred = []
      for (const callback of batch) callback()
      // A whole turn of the host's loop: by then every chain of settled promises has run to its end.
      await new Promise<void>((resolve) => setImmediate(resolve))
    } while (deferred.length > 0)
  }

  async function fire(timer: Pending): Promise<void> {
    timers.delete(timer)
    elapsed = Math.max(elapsed, timer.at)
    timer.callback()
    await settle()
  }

  return {
    // Whole, as a computer's time of day: delays need not be.
    now: () => Math.floor(startAt + elapsed),
    monotonic: () => elapsed,
    random,
    setTimer(delayMs, callback): Timer {
      const timer: Pending = { at: elapsed + Math.max(0, delayMs), order: order++, callback, isAwaited: true }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer), unref: () => void (timer.isAwaited = false) }
    },
    defer(callback) {
      deferred.push(callback)
    },
    settle,
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let next = nextTimer(); next !== undefined && next.at <= until; next = nextTimer()) await fire(next)
      elapsed = until
    },
    async advanceUntil(condition, limitMs = 3_600_000) {
      const until = elapsed + limitMs
      await settle()
      while (!condition()) {
        const next = nextTimer()
        if (next === undefined) throw new Error('the condition does not hold, and no timer is set that could change it')
        if (next.at > until) throw new Error(`the condition does not hold after ${limitMs} ms of virtual time`)
        await fire(next)
      }
    },
    get pendingTimers() {
      return [...timers].filter(({ isAwaited }) => isAwaited).length
    },
  }
}

/** Numbers in [0, 1) from a 32-bit seed (the "mulberry32" generator): small, quick, the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
