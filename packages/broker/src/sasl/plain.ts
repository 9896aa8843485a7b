import { proved, refused, type ServerExchange, shown, textOf, utf8 } from './server-exchange.ts'
import { sameBytes } from './same-bytes.ts'

/** What an unknown user's password is compared with, so that it takes as long as a known user's. */
const decoy = 'no password of anyone'

/** RFC 4616: authorization identity, user and password, parted by NUL. The refusals are Kafka's. */
export function plainExchange(users: ReadonlyMap<string, string>): ServerExchange {
  return {
    next(message) {
      const tokens = textOf(message).split('\0')
      if (tokens.length !== 3) return refused(`its message has ${tokens.length} parts, not 3`)
      const [authorizationId, user, password] = tokens as [string, string, string]
      if (user === '') return refused('no user', 'Authentication failed: username not specified')
      if (password === '') return refused('no password', 'Authentication failed: password not specified')
      const expected = users.get(user)
      const isRight = sameBytes(utf8(password), utf8(expected ?? decoy))
      if (!isRight || expected === undefined)
        return refused(
          `a wrong user or password, user ${shown(user)}`,
          'Authentication failed: Invalid username or password',
        )
      if (authorizationId !== '' && authorizationId !== user) return refused(otherIdentity(user), toldOtherIdentity)
      return proved(user)
    },
  }
}

export const toldOtherIdentity: string =
  'Authentication failed: Client requested an authorization id that is different from username'

/** Nobody may act as another. */
export function otherIdentity(user: string): string {
  return `the user ${shown(user)} wants to act as another`
}
