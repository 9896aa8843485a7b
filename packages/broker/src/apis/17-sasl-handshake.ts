import { kafkaErrorCodes } from '@partita/protocol'
import { saslHandshakeApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** By which mechanism a client wants to say who it is, at first or (KIP-368) again. */
export const saslHandshake: ServedApi = serve<typeof saslHandshakeApi>({
  api: saslHandshakeApi,
  versions: [0, 1],
  handle({ mechanism }, { version, sasl }) {
    // Kafka answers so where the listener asks nobody who they are.
    if (sasl === undefined) return { errorCode: kafkaErrorCodes.ILLEGAL_SASL_STATE, mechanisms: [] }
    const error = sasl.handshake(mechanism, version)
    return { errorCode: kafkaErrorCodes[error], mechanisms: error === 'ILLEGAL_SASL_STATE' ? [] : sasl.mechanisms }
  },
  refuse: (_request, errorCode, { sasl }) => ({ errorCode, mechanisms: sasl?.mechanisms ?? [] }),
})
