/** The broker's side of one authentication by one mechanism. */
export interface ServerExchange {
  /** What follows from the client's next message. Not called again after `proved` or `refused`. */
  next(message: Uint8Array): SaslStep | Promise<SaslStep>
}

export type SaslStep = Challenge | Proved | Refused

/** The client has to answer to this. */
interface Challenge {
  readonly kind: 'challenge'
  readonly reply: Uint8Array
}

/** The client is who it says it is. */
interface Proved {
  readonly kind: 'proved'
  readonly reply: Uint8Array
  readonly user: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs?: number | undefined
}

interface Refused {
  readonly kind: 'refused'
  /** For whoever runs the broker. Without any secret. */
  readonly reason: string
  /** What the client is told. Default: no more than that it is refused. */
  readonly told?: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const noBytes = new Uint8Array(0)

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

export function challenge(text: string): SaslStep {
  return { kind: 'challenge', reply: utf8(text) }
}

export function proved(user: string, reply: Uint8Array = noBytes, expiresAtMs?: number): SaslStep {
  return { kind: 'proved', user, reply, expiresAtMs }
}

export function refused(reason: string, told?: string): SaslStep {
  return { kind: 'refused', reason, ...(told !== undefined && { told }) }
}

/** A name that a client gave, as it can stand in a line of a log. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name).replace(/\p{C}/gu, '?')
}
