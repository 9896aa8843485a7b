import type { Clock, Timer } from './clock.ts'

/** What we ask of a host. Only this file of the package knows that there is one. */
interface Host {
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  setImmediate?: (callback: () => void) => unknown
  performance: { now(): number }
}

const host = globalThis as unknown as Host

/**
 * The host's own time and chance: the default wherever a {@link Clock} is taken. In Node a timer keeps the process alive,
 * as it must where somebody awaits what it brings; whoever sets one cancels it when it is closed.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => host.performance.now(),
  setTimer(delayMs, callback): Timer {
    const timer = host.setTimeout(callback, delayMs)
    return { cancel: () => host.clearTimeout(timer), unref: () => (timer as { unref?(): void }).unref?.() }
  },
  defer(callback) {
    // Browsers have no setImmediate; a zero timeout is the nearest "after this turn" that they offer.
    if (host.setImmediate === undefined) host.setTimeout(callback, 0)
    else host.setImmediate(callback)
  },
  random: () => Math.random(),
}
