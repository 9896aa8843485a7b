/** Where signals come from: `process`. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown
  off(signal: StopSignal, listener: () => void): unknown
}

export type StopSignal = keyof typeof signalNumbers

/** A process that a signal ends has 128 and the signal's number as its exit code, by the shells' convention. */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

export interface StopSignals {
  /** Settles at the first signal. */
  readonly first: Promise<StopSignal>
  /** Listens no more: signals do again what they do by default. */
  forget(): void
}

/** Waits for a signal to stop. A second one does not wait: it exits at once. */
export function stopSignals(source: SignalSource, exit: (code: number) => void): StopSignals {
  let isStopping = false
  let settle: (signal: StopSignal) => void
  const first = new Promise<StopSignal>((resolve) => (settle = resolve))
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => {
      if (isStopping) return exit(128 + signalNumbers[signal])
      isStopping = true
      settle(signal)
    }
    source.on(signal, listener)
    return { signal, listener }
  })
  return {
    first,
    forget() {
      for (const { signal, listener } of listeners) source.off(signal, listener)
    },
  }
}
