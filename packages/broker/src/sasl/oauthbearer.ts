import type { Clock } from '@partita/protocol'
import type { TokenValidator, ValidToken } from './sasl-options.ts'
import { otherIdentity } from './plain.ts'
import { challenge, proved, refused, type SaslStep, type ServerExchange, textOf } from './server-exchange.ts'

/** Stands behind each part of a message. */
const separator = '\u0001'
const clientHeader = /^n,(?:a=(?<authzid>[^,]+))?,$/
const bearer = /^bearer +(?<token>[-._~+/A-Za-z0-9]+=*)$/i

/** What a client is told of a token that is not taken (RFC 7628); it answers with one byte before it is refused. */
const invalidToken = '{"status":"invalid_token"}'

/** RFC 7628, as KIP-255 has it. Extensions (KIP-342) are taken and not looked at. */
export function oauthbearerExchange(validate: TokenValidator, clock: Clock): ServerExchange {
  let refusal: string | undefined

  async function check(message: string): Promise<SaslStep> {
    const [header = '', ...pairs] = message.split(separator)
    const fields = clientHeader.exec(header)
    const auth = pairs.find((pair) => pair.startsWith('auth='))
    const token = bearer.exec(auth?.slice('auth='.length) ?? '')?.groups?.['token']
    if (fields === null || token === undefined || !message.endsWith(separator + separator))
      return refused('its first message is not that of OAUTHBEARER')
    const valid = await validated(token)
    if (typeof valid === 'string') {
      refusal = valid
      return challenge(invalidToken)
    }
    const { principal, expiresAtMs } = valid
    const authzid = fields.groups?.['authzid']
    if (authzid !== undefined && authzid !== principal) return refused(otherIdentity(principal))
    return proved(principal, undefined, expiresAtMs)
  }

  /** The token's owner, or why it is not taken. */
  async function validated(token: string): Promise<ValidToken | string> {
    try {
      const valid = await validate(token)
      if (valid === undefined) return 'the token is not taken'
      if (valid.expiresAtMs !== undefined && valid.expiresAtMs <= clock.now()) return 'the token has expired'
      return valid
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return `the token is not taken${why.includes(token) ? '' : `: ${why}`}`
    }
  }

  return { next: (message) => (refusal === undefined ? check(textOf(message)) : refused(refusal, invalidToken)) }
}
