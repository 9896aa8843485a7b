import type { OauthSasl } from './sasl-options.ts'
import { utf8, type SaslExchange } from './sasl-exchange.ts'

/** Between the parts of a message (RFC 7628). */
const separator = '\u0001'

/** RFC 7628, as KIP-255 and KIP-342 have it. */
export function oauthbearerExchange(sasl: OauthSasl): SaslExchange {
  return {
    async first() {
      const { value, extensions = {} } = await sasl.token()
      const more = Object.entries(extensions).map(([name, text]) => `${name}=${text}${separator}`)
      return utf8(`n,,${separator}auth=Bearer ${value}${separator}${more.join('')}${separator}`)
    },
    // A broker that refuses says why, and waits for this one byte before it answers with the error itself.
    next: (challenge) => Promise.resolve(challenge.length === 0 ? undefined : utf8(separator)),
  }
}
