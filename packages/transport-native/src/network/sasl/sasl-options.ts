import { choiceOption, nameOption, PartitaError } from '@partita/protocol'

/** A user name and a password. */
export interface PasswordSasl {
  /** `PLAIN` sends the password itself: over TLS only. */
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/** A token of an identity provider (KIP-255). */
export interface OauthSasl {
  readonly mechanism: 'OAUTHBEARER'
  /**
   * Gives the token, anew for each connection and each time one has to authenticate again; what it rejects with is the
   * `cause` of an `AUTHENTICATION_FAILED` that may be retried. It may take as long as one request.
   */
  readonly token: () => OauthToken | Promise<OauthToken>
}

/** What a `token` callback gives. */
export interface OauthToken {
  /** As it stands behind `Bearer` in HTTP. */
  readonly value: string
  /** SASL extensions (KIP-342). Names are letters. Default: none. */
  readonly extensions?: Readonly<Record<string, string>> | undefined
}

/** Who we are, and how we prove it. */
export type SaslOptions = PasswordSasl | OauthSasl

/** @throws PartitaError `INVALID_OPTION`; it never shows the password */
export function checkSasl(sasl: SaslOptions): SaslOptions {
  const { mechanism } = sasl
  choiceOption('sasl.mechanism', mechanism, ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
  if (sasl.mechanism === 'OAUTHBEARER') {
    if (typeof sasl.token === 'function') return sasl
    throw new PartitaError('INVALID_OPTION', 'sasl.token must be a function that gives a token.', { api: 'sasl.token' })
  }
  nameOption('sasl.username', sasl.username)
  if (typeof sasl.password === 'string' && sasl.password.length > 0) return sasl
  const text = 'sasl.password must be a string that is not empty.'
  throw new PartitaError('INVALID_OPTION', text, { api: 'sasl.password' })
}
