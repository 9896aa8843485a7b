import { choiceOption, type Clock, integerOption, PartitaError } from '@partita/protocol'
import { oauthbearerExchange } from './oauthbearer.ts'
import { plainExchange } from './plain.ts'
import type { SaslMechanism, SaslOptions, TokenValidator } from './sasl-options.ts'
import { type FindAccount, scramAccounts } from './scram-credentials.ts'
import { type ScramCrypto, webScramCrypto } from './scram-crypto.ts'
import { scramExchange } from './scram.ts'
import type { ServerExchange } from './server-exchange.ts'
import { readUnsecuredToken } from './unsecured-token.ts'

/** How the connections of a broker authenticate. */
export interface SaslPolicy {
  /** In the order in which clients are told of them. */
  readonly mechanisms: readonly SaslMechanism[]
  /** 0: an authentication holds for ever. */
  readonly connectionsMaxReauthMs: number
  /** Begins an authentication by one of `mechanisms`. */
  exchange(mechanism: SaslMechanism): ServerExchange
}

const allMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const

/** @throws PartitaError `INVALID_OPTION`; it never shows a password */
export function createSaslPolicy(options: SaslOptions, clock: Clock): SaslPolicy {
  const { connectionsMaxReauthMs = 0 } = options
  const users = checkedUsers(options.users)
  const validate = tokenValidator(options.validateToken)
  const possible = allMechanisms.filter((each) => (each === 'OAUTHBEARER' ? validate !== undefined : users.size > 0))
  const mechanisms = checkedMechanisms(options.mechanisms ?? possible, possible)
  integerOption('sasl.connectionsMaxReauthMs', connectionsMaxReauthMs, { min: 0 })
  const scram = new Map<SaslMechanism, { readonly find: FindAccount; readonly crypto: ScramCrypto }>()
  for (const mechanism of mechanisms) {
    if (mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-512') continue
    const crypto = webScramCrypto(mechanism)
    scram.set(mechanism, { crypto, find: scramAccounts(users, crypto) })
  }
  return {
    mechanisms,
    connectionsMaxReauthMs,
    exchange(mechanism) {
      if (mechanism === 'PLAIN') return plainExchange(users)
      if (mechanism === 'OAUTHBEARER') return oauthbearerExchange(validate!, clock)
      const { find, crypto } = scram.get(mechanism)!
      return scramExchange(find, crypto)
    },
  }
}

/** A map: a client's name must not find what objects inherit. */
function checkedUsers(users: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const entries = Object.entries(users)
  for (const [name, password] of entries) {
    if (name === '' || name.includes('\0'))
      throw invalid('sasl.users', `${JSON.stringify(name)} is not a name of a user.`)
    if (typeof password === 'string' && password !== '' && !password.includes('\0')) continue
    throw invalid('sasl.users', `the password of ${JSON.stringify(name)} must be a string that is not empty.`)
  }
  return new Map(entries)
}

function tokenValidator(validate: SaslOptions['validateToken']): TokenValidator | undefined {
  if (validate === 'unsecured') return readUnsecuredToken
  if (validate === undefined || typeof validate === 'function') return validate
  throw invalid('sasl.validateToken', 'it must be a function, or "unsecured".')
}

function checkedMechanisms(
  wanted: readonly SaslMechanism[],
  possible: readonly SaslMechanism[],
): readonly SaslMechanism[] {
  if (wanted.length === 0) throw invalid('sasl', 'nobody could connect: give users, or validateToken, and a mechanism.')
  for (const mechanism of wanted) {
    choiceOption('sasl.mechanisms', mechanism, allMechanisms)
    if (possible.includes(mechanism)) continue
    const needed = mechanism === 'OAUTHBEARER' ? 'validateToken' : 'users'
    throw invalid('sasl.mechanisms', `nobody could authenticate by ${mechanism}: sasl.${needed} is missing.`)
  }
  return wanted
}

function invalid(option: string, what: string): PartitaError {
  return new PartitaError('INVALID_OPTION', `${option}: ${what}`, { api: option })
}
