import type { Clock } from '@partita/protocol'
import type { SharedTimers } from './shared-timers.ts'
import type { Watch } from './watch.ts'

/** What a wait can end by besides news. */
export interface WaitSurroundings {
  readonly timers: SharedTimers
  readonly clock: Pick<Clock, 'defer'>
  /** Calls back when the connection closes of whoever waits, unless the returned function is called before. */
  readonly onClose: (listener: () => void) => () => void
}

/**
 * Settles when there is news, and it is enough; when the time is over; or when the connection closes: whichever comes first.
 * @param isEnough looks at what there is. When this settles, there is nothing new since it was called last, or since the watch began.
 */
export function waitForNews(
  watch: Watch,
  isEnough: () => boolean,
  maxWaitMs: number,
  { timers, clock, onClose }: WaitSurroundings,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.setTimer(maxWaitMs, () => {
      if (isLookingSoon) look()
      finish()
    })
    const stopWatching = watch.wait(onNews)
    const forgetClose = onClose(finish)
    let isLookingSoon = false
    let isOver = false

    // A request may append to many partitions: looking after all of it gives one full answer rather than a scanty one.
    function onNews(): void {
      if (isLookingSoon) return
      isLookingSoon = true
      clock.defer(() => {
        isLookingSoon = false
        if (!isOver && look()) finish()
      })
    }

    function look(): boolean {
      watch.catchUp()
      return isEnough()
    }

    function finish(): void {
      isOver = true
      timer.cancel()
      stopWatching()
      forgetClose()
      resolve()
    }
  })
}
