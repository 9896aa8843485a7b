import type { PasswordSasl } from './sasl-options.ts'
import { utf8, type SaslExchange } from './sasl-exchange.ts'

/** RFC 4616: authorization identity (none), user and password, with a NUL before each. */
export function plainExchange({ username, password }: PasswordSasl): SaslExchange {
  return {
    first: () => Promise.resolve(utf8(`\0${username}\0${password}`)),
    next: () => Promise.resolve(undefined),
    secret: password,
  }
}
