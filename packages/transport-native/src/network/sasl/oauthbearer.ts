import { PartitaError } from '@partita/protocol'
import type { OauthSasl, OauthToken } from './sasl-options.ts'
import { utf8, type SaslExchange } from './sasl-exchange.ts'

/** Between the parts of a message (RFC 7628). */
const separator = '\u0001'

/** RFC 6750's `b64token`. */
const legalToken = /^[-._~+/A-Za-z0-9]+=*$/
/** RFC 7628; `auth` is the token's own. */
const legalName = /^(?!auth$)[A-Za-z]+$/
const legalText = /^[\t\r\n -~]+$/

/** RFC 7628, as KIP-255 and KIP-342 have it. */
export function oauthbearerExchange(sasl: OauthSasl): SaslExchange {
  let secret: string | undefined
  return {
    async first() {
      const { value, extensions = {} } = checkedToken(await sasl.token())
      secret = value
      const more = Object.entries(extensions).map(([name, text]) => `${name}=${text}${separator}`)
      return utf8(`n,,${separator}auth=Bearer ${value}${separator}${more.join('')}${separator}`)
    },
    // A broker that refuses says why, and waits for this one byte before it answers with the error itself.
    next: (challenge) => Promise.resolve(challenge.length === 0 ? undefined : utf8(separator)),
    get secret() {
      return secret
    },
  }
}

/** What is not legal could end the message early, and say other things in our name. Never shows the token. */
function checkedToken(token: OauthToken): OauthToken {
  if (typeof token !== 'object' || token === null || typeof token.value !== 'string' || !legalToken.test(token.value))
    throw invalid('sasl.token must give an object with a value, which is a token as it stands behind "Bearer" in HTTP')
  for (const [name, text] of Object.entries(token.extensions ?? {})) {
    if (legalName.test(name) && typeof text === 'string' && legalText.test(text)) continue
    throw invalid(`the SASL extension ${JSON.stringify(name)} needs a name of letters, and a text of printable ASCII`)
  }
  return token
}

function invalid(what: string): PartitaError {
  return new PartitaError('INVALID_OPTION', what, { api: 'sasl.token' })
}
