import type { Clock } from '@partita/protocol'

/** A clock whose time of day can be put wrong. Durations, timers and chance are the other clock's. */
export interface SkewedClock extends Clock {
  /** `now` is so many milliseconds ahead of the other clock from here on; behind it where that is negative. */
  skew(ms: number): void
}

export function createSkewedClock(clock: Clock): SkewedClock {
  let ahead = 0
  return {
    now: () => clock.now() + ahead,
    monotonic: () => clock.monotonic(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    defer: (callback) => clock.defer(callback),
    random: () => clock.random(),
    skew(ms) {
      ahead = ms
    },
  }
}
