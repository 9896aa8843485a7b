import type { Clock } from '@partita/protocol'
import type { Isolation, PartitionLog } from './partition-log.ts'

/** A reader's place in one log. */
export interface ReadPosition {
  readonly log: PartitionLog
  readonly offset: number
  readonly isolation: Isolation
}

/** What a wait can end by besides bytes. */
export interface ReaderSurroundings {
  readonly clock: Clock
  /** Calls back when the reader's connection closes, unless the returned function is called before. */
  readonly onClose: (listener: () => void) => () => void
}

/**
 * Settles when there are `minBytes` to be read behind the positions together, when the time is over, when one of the logs was closed,
 * or when the connection closes: whichever comes first.
 */
export function waitForBytes(
  positions: readonly ReadPosition[],
  { minBytes, maxWaitMs }: { readonly minBytes: number; readonly maxWaitMs: number },
  { clock, onClose }: ReaderSurroundings,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(maxWaitMs, finish)
    const forgets = positions.map(({ log }) => log.changes.add(onChange))
    forgets.push(onClose(finish))
    let isLookingSoon = false

    // A request may append to many partitions: looking after all of it gives one full answer rather than a scanty one.
    function onChange(): void {
      if (isLookingSoon) return
      isLookingSoon = true
      clock.defer(look)
    }

    function look(): void {
      isLookingSoon = false
      let bytes = 0
      for (const { log, offset, isolation } of positions) {
        if (log.isClosed || log.diskFault !== undefined || offset < log.startOffset) return finish()
        bytes += log.bytesFrom(offset, log.limitFor(isolation))
      }
      if (bytes >= minBytes) finish()
    }

    function finish(): void {
      timer.cancel()
      for (const forget of forgets) forget()
      resolve()
    }
  })
}
