import { isPartitaError, kafkaErrorCodes, kafkaErrorName, PartitaError, reasonOf, type Clock } from '@partita/protocol'
import { saslAuthenticateApi, saslHandshakeApi, type ResponseOf } from '@partita/wire'
import type { BrokerConnection } from '../broker-connection.ts'
import { waitAtMost } from '../wait-at-most.ts'
import { oauthbearerExchange } from './oauthbearer.ts'
import { plainExchange } from './plain.ts'
import type { SaslExchange } from './sasl-exchange.ts'
import type { SaslOptions } from './sasl-options.ts'
import { scramExchange } from './scram.ts'
import { shownText } from './shown-text.ts'

export interface SaslSurroundings {
  readonly clock: Clock
  /** Bounds each step: a request, or the token's callback. */
  readonly requestTimeoutMs: number
}

/** No mechanism here takes more steps than SCRAM's two, and the broker's last word. */
const maxSteps = 4

/** A broker that lets a session live for less than this would be authenticated to all the time. */
const minSessionMs = 1_000

/**
 * Proves who we are, and does so again before the broker's session ends (KIP-368).
 * @throws PartitaError `AUTHENTICATION_FAILED`, or what became of the connection
 */
export async function keepAuthenticated(
  connection: BrokerConnection,
  sasl: SaslOptions,
  surroundings: SaslSurroundings,
): Promise<void> {
  const lifetimeMs = await authenticate(connection, sasl, surroundings)
  if (lifetimeMs <= 0) return
  const { clock } = surroundings
  // As Java does: between 85 and 95 % of the time, so that the connections of many clients do not all do it at once.
  const delayMs = Math.max(lifetimeMs, minSessionMs) * (0.85 + 0.1 * clock.random())
  const timer = clock.setTimer(delayMs, () => void authenticateAgain(connection, sasl, surroundings))
  connection.onClosed(() => timer.cancel())
}

/**
 * Nothing else may be sent between the steps, and nothing may be under way: a broker answers in order, and a JoinGroup that
 * waits for others would hold up the handshake for longer than a request may take. A broker takes the handshake also when
 * the session is over by then.
 */
async function authenticateAgain(
  connection: BrokerConnection,
  sasl: SaslOptions,
  surroundings: SaslSurroundings,
): Promise<void> {
  connection.hold()
  await connection.allAnswered()
  if (!connection.isOpen) return
  try {
    await keepAuthenticated(connection, sasl, surroundings)
    connection.release()
  } catch (error) {
    connection.close(error as PartitaError)
  }
}

/** Gives the milliseconds that the broker's session holds; 0: for ever. */
async function authenticate(
  connection: BrokerConnection,
  sasl: SaslOptions,
  { clock, requestTimeoutMs: timeoutMs }: SaslSurroundings,
): Promise<number> {
  const { mechanism } = sasl
  const handshake = await connection.call(saslHandshakeApi, { mechanism })
  if (handshake.errorCode === kafkaErrorCodes.ILLEGAL_SASL_STATE) {
    const text = 'The broker does not ask who we are at this address: leave out sasl, or use the port that does'
    throw failure(connection, `${text} (ILLEGAL_SASL_STATE).`)
  }
  if (handshake.errorCode !== 0) {
    const offered = shownText(handshake.mechanisms.join(', '))
    throw failure(connection, `The broker does not take SASL ${mechanism}; it offers: ${offered || 'none'}.`)
  }
  const exchange = exchangeFor(sasl)
  const step = <T>(promise: Promise<T>): Promise<T> =>
    waitAtMost(promise, { clock, timeoutMs, what: `a step of SASL ${mechanism}` })
  let message = await ownStep(connection, sasl, () => step(exchange.first()))
  for (let steps = 0; steps < maxSteps; steps++) {
    const answer = await connection.call(saslAuthenticateApi, { authBytes: message })
    if (answer.errorCode !== 0) throw refusal(connection, sasl, exchange, answer)
    const reply: Uint8Array | undefined = await ownStep(connection, sasl, () => step(exchange.next(answer.authBytes)))
    if (reply === undefined) return answer.sessionLifetimeMs
    message = reply
  }
  throw failure(connection, `SASL ${mechanism} did not come to an end in ${maxSteps} steps.`)
}

function exchangeFor(sasl: SaslOptions): SaslExchange {
  if (sasl.mechanism === 'PLAIN') return plainExchange(sasl)
  if (sasl.mechanism === 'OAUTHBEARER') return oauthbearerExchange(sasl)
  return scramExchange({ ...sasl, mechanism: sasl.mechanism })
}

async function ownStep<T>(connection: BrokerConnection, sasl: SaslOptions, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    // A token service that is out of order may be back soon; a broker that fails to prove itself will not change.
    const isOurs = isPartitaError(error)
    const retriable = sasl.mechanism === 'OAUTHBEARER' && !(isOurs && error.code === 'INVALID_OPTION')
    const text = isOurs || !retriable ? reasonOf(error) : 'no token was given.'
    throw failure(connection, `SASL ${sasl.mechanism} failed on this side: ${text}`, { retriable, cause: error })
  }
}

function refusal(
  connection: BrokerConnection,
  sasl: SaslOptions,
  { secret }: SaslExchange,
  { errorCode, errorMessage }: ResponseOf<typeof saslAuthenticateApi>,
): PartitaError {
  const who = sasl.mechanism === 'OAUTHBEARER' ? 'the token' : `the user ${JSON.stringify(sasl.username)}`
  // A broker that repeats the password or the token must not bring it into a log.
  const isClean = errorMessage !== null && (secret === undefined || !errorMessage.includes(secret))
  const saidToo = isClean && errorMessage !== '' ? `: ${shownText(errorMessage)}` : ''
  const name = kafkaErrorName(errorCode)
  return failure(connection, `The broker refused ${who} by SASL ${sasl.mechanism} (${name}${saidToo}).`)
}

function failure(
  { broker }: BrokerConnection,
  text: string,
  more: { readonly retriable?: boolean; readonly cause?: unknown } = {},
): PartitaError {
  return new PartitaError('AUTHENTICATION_FAILED', text, { broker, api: 'SaslAuthenticate', ...more })
}
