// v1 (KIP-368): how long the session holds before the client must authenticate again. v2: flexible.
import { bytes, defineApi, int16, int64, nullableString, optional, since, struct } from '../schema/index.ts'

/** SaslAuthenticate: one token of the SASL exchange, each way. */
export const saslAuthenticateApi = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleFrom: 2,
  request: () => struct({ authBytes: bytes }),
  response: () =>
    struct({
      errorCode: int16,
      errorMessage: optional(nullableString),
      authBytes: bytes,
      sessionLifetimeMs: since(1, int64),
    }),
})
