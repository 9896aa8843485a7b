import { explainTlsFailure, isPartitaError, PartitaError, type Clock } from '@partita/protocol'
import { askApiVersions } from './ask-api-versions.ts'
import { BrokerConnection } from './broker-connection.ts'
import { addressOf, type ByteStream, type Connector, type Endpoint } from './connector.ts'
import { keepAuthenticated } from './sasl/authenticate.ts'
import type { SaslOptions } from './sasl/sasl-options.ts'

/** What holds for every connection of a session. */
export interface ConnectionSettings {
  readonly connector: Connector
  readonly clientId: string
  readonly clock: Clock
  readonly sasl: SaslOptions | undefined
  readonly requestTimeoutMs: number
  readonly socketConnectionSetupTimeoutMs: number
  readonly connectionsMaxIdleMs: number
}

/** Makes a connection that can be used: see {@link connectionOpener}. */
export type OpenConnection = (endpoint: Endpoint, signal: AbortSignal) => Promise<BrokerConnection>

/**
 * Connects, asks for the broker's versions, and authenticates. Rejects with `CONNECTION_FAILED`, which is retriable unless
 * the broker's certificate is refused, with `AUTHENTICATION_FAILED`, or with the signal's reason.
 */
export function connectionOpener(settings: ConnectionSettings): OpenConnection {
  return async (endpoint, signal) => {
    const stream = await openStream(settings, endpoint, signal)
    const connection = new BrokerConnection(stream, {
      ...settings,
      endpoint,
      authenticates: settings.sasl !== undefined,
    })
    const giveUp = (): void => connection.close(signal.reason as PartitaError)
    try {
      if (signal.aborted) throw signal.reason
      signal.addEventListener('abort', giveUp, { once: true })
      connection.versions = await askApiVersions(connection)
      if (settings.sasl !== undefined) await keepAuthenticated(connection, settings.sasl, settings)
      return connection
    } catch (error) {
      const failure = signal.aborted ? (signal.reason as PartitaError) : setUpFailure(endpoint, error)
      connection.close(failure)
      throw failure
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }
}

/** A stream, but not past the time to set it up: also where the connector heeds no signal. */
function openStream(settings: ConnectionSettings, endpoint: Endpoint, signal: AbortSignal): Promise<ByteStream> {
  const { connector, clock, socketConnectionSetupTimeoutMs: timeoutMs } = settings
  return new Promise((resolve, reject) => {
    const attempt = new AbortController()
    if (signal.aborted) return reject(signal.reason as Error)
    let isOver = false
    const giveUp = (reason: Error): void => {
      attempt.abort(reason)
      end(() => reject(reason))
    }
    const aborted = (): void => giveUp(signal.reason as Error)
    const timer = clock.setTimer(timeoutMs, () =>
      giveUp(setUpFailure(endpoint, new Error(`no connection within ${timeoutMs} ms`))),
    )
    function end(settle: () => void): void {
      isOver = true
      timer.cancel()
      signal.removeEventListener('abort', aborted)
      settle()
    }
    signal.addEventListener('abort', aborted, { once: true })
    connector.connect(endpoint, attempt.signal).then(
      (stream) => (isOver ? stream.destroy() : end(() => resolve(stream))),
      (error: unknown) => end(() => reject(setUpFailure(endpoint, error))),
    )
  })
}

function setUpFailure(endpoint: Endpoint, error: unknown): PartitaError {
  // Whatever was ambiguous about setting up, nothing of what waits for the connection was sent.
  if (isPartitaError(error) && error.place.broker !== undefined && !error.ambiguous) return error
  const broker = addressOf(endpoint)
  const { text = textOf(error as Error), advice = '', isFinal = false } = explainTlsFailure(error) ?? {}
  const sentence = `${broker} cannot be reached: ${text.replace(/\.$/, '')}.`
  return new PartitaError('CONNECTION_FAILED', advice === '' ? sentence : `${sentence} ${advice}`, {
    broker,
    retriable: !isFinal,
    cause: error,
  })
}

function textOf(error: Error & { readonly code?: string }): string {
  // That the connection is gone is said already: what counts is why.
  const reason = isPartitaError(error) && error.cause instanceof Error ? error.cause : error
  // Node tries all addresses of a name, and then has an error without a text.
  return reason.message === '' ? (error.code ?? '') : reason.message
}
