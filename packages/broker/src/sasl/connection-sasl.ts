import { type Clock, type KafkaErrorName, PartitaError } from '@partita/protocol'
import { apiByKey, apiVersionsApi, saslAuthenticateApi, saslHandshakeApi } from '@partita/wire'
import type { SaslMechanism } from './sasl-options.ts'
import type { SaslPolicy } from './sasl-policy.ts'
import { type ServerExchange, shown } from './server-exchange.ts'

/** What a client's message comes to. */
export interface SaslAnswer {
  /** Empty where there is nothing to say. */
  readonly reply: Uint8Array
  /** What the client is told of why it is refused; the connection is over then. */
  readonly refusal?: string
  /** How long the authentication holds; 0: for ever, or it is not over. */
  readonly sessionLifetimeMs: number
}

/** Who somebody has proved to be, and by which mechanism. */
interface Session {
  readonly user: string
  readonly mechanism: SaslMechanism
  /** Monotonic time. */
  readonly expiresAt: number
}

/** An authentication that is under way. */
interface Attempt {
  readonly mechanism: SaslMechanism
  readonly exchange: ServerExchange
  /** Messages come as they are, not in SaslAuthenticate requests: the handshake was version 0, of before KIP-152. */
  readonly isRaw: boolean
}

/** As Kafka: a connection may authenticate again once a second. */
const minReauthenticationMs = 1_000

const noBytes = new Uint8Array(0)

/**
 * Where one connection stands in proving who it is, and what it may ask for there. As Kafka's `SaslServerAuthenticator`:
 * before it has authenticated, ApiVersions once, SaslHandshake, and the messages of the mechanism; after it, everything
 * until its session expires. SaslHandshake then begins it anew (KIP-368), for the same user by the same mechanism.
 */
export class ConnectionSasl {
  readonly #policy: SaslPolicy
  readonly #clock: Clock
  #knowsVersions = false
  #attempt: Attempt | undefined
  #session: Session | undefined
  #reauthenticatedAt = Number.NEGATIVE_INFINITY
  #failure: string | undefined

  constructor(policy: SaslPolicy, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  get mechanisms(): readonly SaslMechanism[] {
    return this.#policy.mechanisms
  }

  /** Why the connection is over; `undefined` while it is not. For whoever runs the broker. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Whether the client has proved who it is; it may be doing so again. */
  get isAuthenticated(): boolean {
    return this.#session !== undefined
  }

  /** Whether the next message of a mechanism is due. */
  get expectsToken(): boolean {
    return this.#attempt !== undefined
  }

  /** Whether what comes next is such a message as it is, and no request. */
  get expectsRawToken(): boolean {
    return this.#attempt?.isRaw === true
  }

  /**
   * Whether the connection may ask for this API now.
   * @throws PartitaError `ILLEGAL_SASL_STATE` with the reason to close it
   */
  admit(apiKey: number): void {
    if (this.#attempt !== undefined) {
      if (apiKey === saslAuthenticateApi.key) return
      throw illegal(`it asked for ${nameOf(apiKey)} in the middle of a SASL exchange`)
    }
    if (apiKey === saslHandshakeApi.key) return
    if (this.#session === undefined) {
      if (apiKey === apiVersionsApi.key && !this.#knowsVersions) return
      throw illegal(`it asked for ${nameOf(apiKey)} before it had authenticated`)
    }
    const { user, expiresAt } = this.#session
    if (this.#clock.monotonic() <= expiresAt) return
    throw illegal(
      `the session of the user ${shown(user)} has expired, and the client did not authenticate again in time`,
    )
  }

  /** An ApiVersions request was answered. */
  toldVersions(): void {
    this.#knowsVersions = true
  }

  /** Begins an authentication, the first or another. */
  handshake(mechanism: string, version: number): KafkaErrorName {
    if (this.#session !== undefined) {
      const now = this.#clock.monotonic()
      if (now - this.#reauthenticatedAt < minReauthenticationMs) return 'ILLEGAL_SASL_STATE'
      this.#reauthenticatedAt = now
    }
    const known = this.mechanisms.find((each) => each === mechanism)
    if (known === undefined) {
      this.fail(`it asks for the mechanism ${shown(mechanism)}; there are: ${this.mechanisms.join(', ')}`)
      return 'UNSUPPORTED_SASL_MECHANISM'
    }
    this.#attempt = { mechanism: known, exchange: this.#policy.exchange(known), isRaw: version === 0 }
    return 'NONE'
  }

  /** Takes the next message of the mechanism. Only where one is expected. */
  async authenticate(message: Uint8Array): Promise<SaslAnswer> {
    const { mechanism, exchange } = this.#attempt!
    const before = this.#session
    if (before !== undefined && before.mechanism !== mechanism) {
      const text = `SASL mechanism '${mechanism}' requested by client is not supported for re-authentication of mechanism '${before.mechanism}'`
      return this.#refuse(text, text)
    }
    const step = await exchange.next(message)
    if (step.kind === 'challenge') return { reply: step.reply, sessionLifetimeMs: 0 }
    if (step.kind === 'refused') return this.#refuse(step.reason, step.told)
    if (before !== undefined && before.user !== step.user) {
      const text = `Cannot change principals during re-authentication from User.${before.user}: User.${step.user}`
      return this.#refuse(`the user ${shown(before.user)} wants to become ${shown(step.user)}`, text)
    }
    const lifetimeMs = this.#lifetimeMs(step.expiresAtMs)
    const expiresAt = this.#clock.monotonic() + (lifetimeMs ?? Number.POSITIVE_INFINITY)
    this.#session = { user: step.user, mechanism, expiresAt }
    this.#attempt = undefined
    return { reply: step.reply, sessionLifetimeMs: lifetimeMs ?? 0 }
  }

  /** Ends it: the connection is to be closed when it has been answered. */
  fail(reason: string): void {
    this.#failure ??= `SASL authentication failed: ${reason}`
  }

  #refuse(reason: string, told?: string): SaslAnswer {
    const { mechanism } = this.#attempt!
    const which = this.#session === undefined ? 'authentication' : 're-authentication'
    this.fail(`${mechanism}, ${reason}`)
    const refusal =
      told ?? `Authentication failed during ${which} due to invalid credentials with SASL mechanism ${mechanism}`
    return { reply: noBytes, refusal, sessionLifetimeMs: 0 }
  }

  /** As Kafka: what the broker allows, or less where the token ends before; `undefined`: for ever. */
  #lifetimeMs(tokenExpiresAtMs: number | undefined): number | undefined {
    const { connectionsMaxReauthMs } = this.#policy
    const limits = connectionsMaxReauthMs > 0 ? [connectionsMaxReauthMs] : []
    if (tokenExpiresAtMs !== undefined) limits.push(Math.floor(tokenExpiresAtMs - this.#clock.now()))
    return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits))
  }
}

function nameOf(apiKey: number): string {
  return apiByKey(apiKey)?.name ?? `the API with key ${apiKey}`
}

function illegal(reason: string): PartitaError {
  return new PartitaError('ILLEGAL_SASL_STATE', `${reason}.`)
}
