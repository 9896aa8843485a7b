import { PartitaError } from '@partita/protocol'

/** What is used of Node's `process`, where there is one. */
interface SignalHost {
  on(signal: string, listener: () => void): unknown
  removeListener(signal: string, listener: () => void): unknown
}

/**
 * Gives the signals back.
 *
 * @throws PartitaError `UNSUPPORTED` where signals are asked for and the host has none
 */
export function processSignals(signals: readonly string[]): readonly string[] {
  if (signals.length === 0 || signalHost() !== null) return signals
  throw new PartitaError('UNSUPPORTED', 'This host has no process signals; give closeOn an AbortSignal instead.', {
    api: 'closeOnSignals',
  })
}

/**
 * Calls back at the first of these signals. Then, or when the returned function is called, it listens no more: a second
 * signal does what it does by default, and ends a process whose closing takes too long.
 */
export function onProcessSignal(signals: readonly string[], callback: () => void): () => void {
  const host = signalHost()
  const stop = (): void => {
    for (const signal of signals) host?.removeListener(signal, listener)
  }
  const listener = (): void => {
    stop()
    callback()
  }
  for (const signal of signals) host?.on(signal, listener)
  return stop
}

function signalHost(): SignalHost | null {
  const host = (globalThis as { process?: Partial<SignalHost> }).process
  return typeof host?.on === 'function' && typeof host.removeListener === 'function' ? (host as SignalHost) : null
}
