import type { Clock, Timer } from '@partita/protocol'

/** What falls due within one of these does so at its beginning. */
const tickMs = 10

/** A shorter delay is kept to the millisecond. */
const shortestMs = 100

/** Timers for those who want to wait so long at most, and to whom a hundredth of a second less is the same. */
export type SharedTimers = Pick<Clock, 'setTimer'>

/** Those that fall due together, in the order in which they were set. */
interface Round {
  readonly callbacks: Set<() => void>
  readonly timer: Timer
}

/**
 * Timers of which those that would fall due within a hundredth of a second of each other do so together, the later ones early. A crowd
 * that waits wakes the process a hundred times a second at most, not as often as somebody's time is over.
 */
export function createSharedTimers(clock: Clock): SharedTimers {
  const rounds = new Map<number, Round>()

  function begin(tick: number, delayMs: number): Round {
    const callbacks = new Set<() => void>()
    const timer = clock.setTimer(delayMs, () => {
      rounds.delete(tick)
      for (const callback of callbacks) callback()
    })
    const round = { callbacks, timer }
    rounds.set(tick, round)
    return round
  }

  return {
    setTimer(delayMs, callback) {
      if (delayMs < shortestMs) return clock.setTimer(delayMs, callback)
      const now = clock.monotonic()
      const tick = Math.floor((now + delayMs) / tickMs)
      const round = rounds.get(tick) ?? begin(tick, tick * tickMs - now)
      round.callbacks.add(callback)
      return {
        cancel() {
          if (!round.callbacks.delete(callback) || round.callbacks.size > 0) return
          round.timer.cancel()
          rounds.delete(tick)
        },
      }
    },
  }
}
