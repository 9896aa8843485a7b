import type { ScramCrypto } from './scram-crypto.ts'
import { utf8 } from './server-exchange.ts'

/** What a server keeps of a password: enough to check a proof, not enough to make one. */
export interface ScramCredential {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** What is known of a user. */
export interface ScramAccount {
  readonly isKnown: boolean
  readonly credential: ScramCredential
}

export type FindAccount = (user: string) => Promise<ScramAccount>

/** Kafka's default, and RFC 7677's least. */
const iterations = 4_096
const saltBytes = 16

/**
 * The accounts of some users. Unknown ones have an account too, with a salt that stays the same: nobody learns from the
 * first answer, or from how long it takes, who is known. For that, the keys of all users are made at once, when the first
 * is asked for.
 */
export function scramAccounts(users: ReadonlyMap<string, string>, crypto: ScramCrypto): FindAccount {
  let all: Promise<Accounts> | undefined
  return async (user) => {
    const { known, secret, decoy } = await (all ??= makeAccounts(users, crypto))
    const salt = (await crypto.hmac(secret, utf8(user))).slice(0, saltBytes)
    const credential = known.get(user)
    if (credential !== undefined) return { isKnown: true, credential }
    return { isKnown: false, credential: { ...decoy, salt } }
  }
}

interface Accounts {
  readonly known: ReadonlyMap<string, ScramCredential>
  readonly secret: Uint8Array
  readonly decoy: ScramCredential
}

async function makeAccounts(users: ReadonlyMap<string, string>, crypto: ScramCrypto): Promise<Accounts> {
  const credential = async (password: Uint8Array): Promise<ScramCredential> => {
    const salt = crypto.randomBytes(saltBytes)
    const salted = await crypto.deriveKey(password, salt, iterations)
    const storedKey = await crypto.hash(await crypto.hmac(salted, utf8('Client Key')))
    return { salt, iterations, storedKey, serverKey: await crypto.hmac(salted, utf8('Server Key')) }
  }
  const known = new Map<string, ScramCredential>()
  for (const [user, password] of users) known.set(user, await credential(utf8(password)))
  return { known, secret: crypto.randomBytes(32), decoy: await credential(crypto.randomBytes(32)) }
}
