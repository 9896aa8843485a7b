// After v0 raw SASL tokens follow on the connection; after v1 they are wrapped in SaslAuthenticate. Never flexible.
import { array, defineApi, int16, string, struct } from '../schema/index.ts'

/** SaslHandshake: which SASL mechanism the connection will use. */
export const saslHandshakeApi = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexibleFrom: null,
  request: () => struct({ mechanism: string }),
  response: () => struct({ errorCode: int16, mechanisms: array(string) }),
})
