import { fromBase64, toBase64 } from './base64.ts'
import { otherIdentity, toldOtherIdentity } from './plain.ts'
import type { FindAccount, ScramAccount } from './scram-credentials.ts'
import type { ScramCrypto } from './scram-crypto.ts'
import {
  challenge,
  proved,
  refused,
  type SaslStep,
  type ServerExchange,
  shown,
  textOf,
  utf8,
} from './server-exchange.ts'
import { sameBytes } from './same-bytes.ts'

/** The client's first message: without channel binding, an authorization identity at most, then the bare message. */
const clientFirst = /^(?<header>n,(?:a=(?<authzid>[^,]+))?,)(?<bare>n=(?<name>[^,]+),r=(?<nonce>[!-+\--~]+)(?:,.*)?)$/
const clientFinal = /^(?<withoutProof>c=(?<binding>[^,]+),r=(?<nonce>[^,]+)(?:,.*)?),p=(?<proof>[A-Za-z0-9+/]+={0,2})$/

/** Kafka 4 refuses it as well. */
const wrongNonce = 'its messages do not belong together (nonce), as those of librdkafka before 2.6.1 do not'

/** What the second message is checked against. */
interface Begun {
  readonly user: string
  readonly header: string
  readonly nonce: string
  /** The client's first message and our answer. */
  readonly said: string
  readonly account: ScramAccount
}

/** RFC 5802 and 7677, as Kafka has it: without channel binding; user and password are plain UTF-8, not SASLprepped. */
export function scramExchange(findAccount: FindAccount, crypto: ScramCrypto): ServerExchange {
  let begun: Begun | undefined

  async function answerFirst(message: string): Promise<SaslStep> {
    const { header, authzid, bare, name, nonce } = clientFirst.exec(message)?.groups ?? {}
    const user = name === undefined ? undefined : fromSaslName(name)
    if (user === undefined) return refused('its first message is not that of SCRAM')
    if (authzid !== undefined && fromSaslName(authzid) !== user) return refused(otherIdentity(user), toldOtherIdentity)
    const account = await findAccount(user)
    const { salt, iterations } = account.credential
    const wholeNonce = `${nonce}${toBase64(crypto.randomBytes(24))}`
    const answer = `r=${wholeNonce},s=${toBase64(salt)},i=${iterations}`
    begun = { user, header: header!, nonce: wholeNonce, said: `${bare},${answer}`, account }
    return challenge(answer)
  }

  async function answerFinal(message: string, { user, header, nonce, said, account }: Begun): Promise<SaslStep> {
    const { withoutProof, binding, nonce: givenNonce, proof: givenProof } = clientFinal.exec(message)?.groups ?? {}
    const proof = fromBase64(givenProof ?? '')
    if (withoutProof === undefined || proof === undefined) return refused('its last message is not that of SCRAM')
    const bound = fromBase64(binding!)
    if (bound === undefined || textOf(bound) !== header)
      return refused('its messages do not belong together (channel binding)')
    if (givenNonce !== nonce) return refused(wrongNonce)
    const { storedKey, serverKey } = account.credential
    const conversation = utf8(`${said},${withoutProof}`)
    const signature = await crypto.hmac(storedKey, conversation)
    const clientKey = signature.map((byte, at) => byte ^ (proof[at] ?? 0))
    const isRight = sameBytes(await crypto.hash(clientKey), storedKey) && proof.length === signature.length
    const reply = utf8(`v=${toBase64(await crypto.hmac(serverKey, conversation))}`)
    if (!isRight || !account.isKnown) return refused(`a wrong user or password, user ${shown(user)}`)
    return proved(user, reply)
  }

  return {
    next: (message) => (begun === undefined ? answerFirst(textOf(message)) : answerFinal(textOf(message), begun)),
  }
}

/** `=2C` and `=3D` stand for a comma and an equals sign; no other `=` may be there. */
function fromSaslName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
