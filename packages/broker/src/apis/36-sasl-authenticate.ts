import { kafkaErrorName } from '@partita/protocol'
import { saslAuthenticateApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

const noBytes = new Uint8Array(0)

/** One message of a client's proof, and the answer to it. A refusal ends the connection. */
export const saslAuthenticate: ServedApi = serve<typeof saslAuthenticateApi>({
  api: saslAuthenticateApi,
  versions: [0, 2],
  async handle({ authBytes }, { sasl }) {
    if (sasl === undefined || !sasl.expectsToken) {
      const message = 'SaslAuthenticate came where no SASL exchange is under way.'
      return { ...errorAnswer('ILLEGAL_SASL_STATE', message), authBytes: noBytes }
    }
    const { reply, refusal, sessionLifetimeMs } = await sasl.authenticate(authBytes)
    const result = refusal === undefined ? noError : errorAnswer('SASL_AUTHENTICATION_FAILED', refusal)
    return { ...result, authBytes: reply, sessionLifetimeMs }
  },
  refuse(_request, errorCode, { sasl }) {
    sasl?.fail(`a fault rule refused it with ${kafkaErrorName(errorCode)}`)
    return { errorCode, errorMessage: null, authBytes: noBytes }
  },
})
