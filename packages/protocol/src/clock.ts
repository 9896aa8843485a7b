/** A timer that was set; `cancel` after it fired, or twice, does nothing. */
export interface Timer {
  cancel(): void
  /** Lets the process end though the timer is set: nobody awaits what it brings. Hosts without processes have no such thing. */
  unref?(): void
}

/**
 * Time and chance, handed in. Nothing in protocol, partitioners, wire, producer, consumer or the broker's core asks the
 * host for either, so that a whole cluster can run under a virtual clock, from a seed.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch: for timestamps. It may jump. */
  now(): number
  /** Milliseconds since some fixed moment, never going back: for durations and deadlines. */
  monotonic(): number
  /** Calls back once, `delayMs` from now. What sets a timer cancels it when it is closed. */
  setTimer(delayMs: number, callback: () => void): Timer
  /**
   * Calls back once, after everything of the present turn of the event loop has run (Node's `setImmediate`): what was
   * done in one turn can then be dealt with together.
   */
  defer(callback: () => void): void
  /** A number in [0, 1). */
  random(): number
}
