import type { BrokerState } from './broker-state.ts'

/** Settles with `true` after so long, or with `false` when the broker closes. */
export function sleep({ clock, onClose }: Pick<BrokerState, 'clock' | 'onClose'>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, () => {
      forget()
      resolve(true)
    })
    const forget = onClose(() => {
      timer.cancel()
      resolve(false)
    })
  })
}
