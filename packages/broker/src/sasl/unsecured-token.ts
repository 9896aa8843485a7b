import { fromBase64 } from './base64.ts'
import type { ValidToken } from './sasl-options.ts'
import { textOf } from './server-exchange.ts'

/**
 * Reads a JWT that nobody signed (RFC 7515, "unsecured"), as Kafka's `OAuthBearerUnsecuredValidatorCallbackHandler`
 * does: `sub` is whose it is, `exp`, which must be there, until when.
 * @throws Error with what is wrong with it, without the token
 */
export function readUnsecuredToken(token: string): ValidToken {
  const [header, claims, signature, ...more] = token.split('.')
  if (claims === undefined || signature === undefined || more.length > 0) throw new Error('it is not a JWT')
  if (signature !== '' || jsonOf(header!)['alg'] !== 'none')
    throw new Error('it is signed, and only unsigned ones are taken')
  const { sub, exp } = jsonOf(claims)
  if (typeof sub !== 'string' || sub === '') throw new Error('it has no subject (sub)')
  if (typeof exp !== 'number') throw new Error('it does not say when it expires (exp)')
  return { principal: sub, expiresAtMs: exp * 1_000 }
}

function jsonOf(part: string): Readonly<Record<string, unknown>> {
  const bytes = fromBase64(part)
  try {
    const json: unknown = JSON.parse(textOf(bytes!))
    if (typeof json === 'object' && json !== null) return json as Readonly<Record<string, unknown>>
  } catch {
    // What the parser says of it may hold parts of the token.
  }
  throw new Error('a part of it is not JSON')
}
