import type { PasswordSasl } from './sasl-options.ts'
import { utf8, type SaslExchange } from './sasl-exchange.ts'
import { shownText } from './shown-text.ts'

/** RFC 7677 and Kafka: fewer make the password easy to guess from what is on the wire. */
const minIterations = 4_096
/** Kafka stores at most 16,384. A broker that asks for many more keeps us busy, for whatever reason. */
const maxIterations = 1_000_000

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
const hashBytes = { sha256: 32, sha512: 64 } as const

/** A mechanism of this family, with what proves the password without sending it. */
export interface ScramOptions extends PasswordSasl {
  readonly mechanism: keyof typeof hashes
}

/**
 * RFC 5802 and 7677, without channel binding, as Kafka has it: user and password are plain UTF-8. Kafka does not prepare
 * them (SASLprep) either: what looks the same but is written otherwise is another password.
 * @param nonce never the same twice; for tests
 */
export function scramExchange(
  { mechanism, username, password }: ScramOptions,
  nonce: string = process.getBuiltinModule('node:crypto').randomBytes(24).toString('base64'),
): SaslExchange {
  const { createHash, createHmac, pbkdf2, timingSafeEqual } = process.getBuiltinModule('node:crypto')
  const deriveKey = process.getBuiltinModule('node:util').promisify(pbkdf2)
  const hash = hashes[mechanism]
  const clientFirst = `n=${saslName(username)},r=${nonce}`
  let expected: Buffer | undefined

  const hmac = (key: Uint8Array, text: string): Buffer => createHmac(hash, key).update(text).digest()

  async function clientFinal(serverFirst: string): Promise<Uint8Array> {
    const { r: wholeNonce = '', s: salt = '', i: count = '', m: extension } = attributesOf(serverFirst)
    // RFC 5802: who does not know an extension that must be known has to stop.
    if (extension !== undefined) throw new Error('the broker asks for an extension of SCRAM that is not known here')
    if (!wholeNonce.startsWith(nonce) || wholeNonce.length === nonce.length)
      throw new Error('the broker did not answer to this client (its nonce is another)')
    const iterations = /^\d{1,10}$/.test(count) ? Number(count) : Number.NaN
    if (!(iterations >= minIterations && iterations <= maxIterations))
      throw new Error(
        `the broker asks for ${shownText(count)} iterations; from ${minIterations} to ${maxIterations} are allowed`,
      )
    const saltBytes = Buffer.from(salt, 'base64')
    if (saltBytes.length === 0) throw new Error('the broker gives no salt')
    const salted = await deriveKey(password, saltBytes, iterations, hashBytes[hash], hash)
    const withoutProof = `c=biws,r=${wholeNonce}`
    const conversation = `${clientFirst},${serverFirst},${withoutProof}`
    expected = hmac(hmac(salted, 'Server Key'), conversation)
    const clientKey = hmac(salted, 'Client Key')
    const signature = hmac(createHash(hash).update(clientKey).digest(), conversation)
    const proof = clientKey.map((byte, at) => byte ^ signature[at]!)
    return utf8(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  function checkServer(serverFinal: string, signature: Buffer): undefined {
    const { v: proof, e: refusal } = attributesOf(serverFinal)
    if (refusal !== undefined) throw new Error(`the broker refused: ${shownText(refusal)}`)
    const given = Buffer.from(proof ?? '', 'base64')
    if (given.length === signature.length && timingSafeEqual(given, signature)) return undefined
    throw new Error('the broker did not prove that it knows the password: it may not be who it claims to be')
  }

  return {
    first: () => Promise.resolve(utf8(`n,,${clientFirst}`)),
    async next(challenge) {
      const text = Buffer.from(challenge).toString('utf8')
      return expected === undefined ? clientFinal(text) : checkServer(text, expected)
    },
    secret: password,
  }
}

/** `=` and `,` separate attributes. */
function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

/** `r=abc,s=def` by letter. A value may hold `=`, but no comma. */
function attributesOf(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(message.split(',').map((each) => [each.slice(0, 1), each.slice(2)]))
}
