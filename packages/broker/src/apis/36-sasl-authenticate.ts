import { kafkaErrorCodes, kafkaErrorName } from '@partita/protocol'
import { saslAuthenticateApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { type ErrorAnswer, errorAnswer } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

const noBytes = new Uint8Array(0)

/** Kafka's message is empty then, not null. */
const taken: ErrorAnswer = { errorCode: kafkaErrorCodes.NONE, errorMessage: '' }

/** One message of a client's proof, and the answer to it. A refusal ends the connection. */
export const saslAuthenticate: ServedApi = serve<typeof saslAuthenticateApi>({
  api: saslAuthenticateApi,
  versions: [0, 2],
  async handle({ authBytes }, { sasl }) {
    if (sasl === undefined || !sasl.expectsToken) {
      const message = 'SaslAuthenticate request received after successful authentication'
      return { ...errorAnswer('ILLEGAL_SASL_STATE', message), authBytes: noBytes }
    }
    const { reply, refusal, sessionLifetimeMs } = await sasl.authenticate(authBytes)
    const result = refusal === undefined ? taken : errorAnswer('SASL_AUTHENTICATION_FAILED', refusal)
    return { ...result, authBytes: reply, sessionLifetimeMs }
  },
  refuse(_request, errorCode, { sasl }) {
    sasl?.fail(`a fault rule refused it with ${kafkaErrorName(errorCode)}`)
    return { errorCode, errorMessage: null, authBytes: noBytes }
  },
})
