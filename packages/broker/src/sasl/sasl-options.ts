/** The ways to prove who one is that the broker knows. */
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'

/** Who may connect, and how they prove who they are. What they may do then is everything: there are no access rules. */
export interface SaslOptions {
  /** Passwords by user: for PLAIN and SCRAM. */
  readonly users?: Readonly<Record<string, string>> | undefined
  /**
   * Whose token it is, for OAUTHBEARER; `undefined`, or a rejection: it is not taken. `'unsecured'` takes a JWT that
   * nobody signed (`alg: none`) for whomever it names, as Kafka's own callbacks do: everyone can make one.
   */
  readonly validateToken?: 'unsecured' | TokenValidator | undefined
  /** Default: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 where there are `users`, OAUTHBEARER where there is `validateToken`. */
  readonly mechanisms?: readonly SaslMechanism[] | undefined
  /**
   * How long an authentication holds, in milliseconds (KIP-368, `connections.max.reauth.ms`): a connection that sends
   * anything later without having authenticated again is closed. Default 0: for ever, or as long as the token.
   */
  readonly connectionsMaxReauthMs?: number | undefined
}

/** Says whose token it is. */
export type TokenValidator = (token: string) => ValidToken | undefined | Promise<ValidToken | undefined>

/** What is known of a token that is good. */
export interface ValidToken {
  /** Who has it: the name of the user. */
  readonly principal: string
  /** Milliseconds since the epoch. Default: it never expires. */
  readonly expiresAtMs?: number | undefined
}
