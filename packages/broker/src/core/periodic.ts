import type { Clock, Timer } from '@partita/protocol'

/** The longest delay that hosts keep. */
const longestDelayMs = 0x7fffffff

/** Something that is done again and again, while it is of use. It keeps no process alive. */
export interface Periodic {
  /** Begins, unless it has. */
  start(): void
  stop(): void
}

/** @param step `false`: it is of no use for now, until it is started again */
export function createPeriodic(clock: Clock, intervalMs: () => number, step: () => boolean): Periodic {
  let timer: Timer | undefined
  function start(): void {
    if (timer !== undefined) return
    timer = clock.setTimer(Math.min(intervalMs(), longestDelayMs), () => {
      timer = undefined
      if (step()) start()
    })
    timer.unref?.()
  }
  return {
    start,
    stop() {
      timer?.cancel()
      timer = undefined
    },
  }
}
