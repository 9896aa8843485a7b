import { kafkaErrorCodes } from '@partita/protocol'
import { findCoordinatorApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { type ErrorAnswer, errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof findCoordinatorApi>
type Response = ResponseInput<typeof findCoordinatorApi>

const keyTypes = { group: 0, transaction: 1 } as const

/** Who coordinates a group: this node, as there is no other. */
export const findCoordinator: ServedApi = serve<typeof findCoordinatorApi>({
  api: findCoordinatorApi,
  versions: [0, 6],
  handle: (request, context) => answer(request, context, faultOf(request)),
  refuse: (request, errorCode, context) => answer(request, context, { errorCode, errorMessage: null }),
})

function faultOf({ keyType }: Request): ErrorAnswer {
  if (keyType === keyTypes.group) return noError
  if (keyType === keyTypes.transaction) {
    return errorAnswer('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'This broker has no transactions.')
  }
  return errorAnswer('INVALID_REQUEST', `${keyType} is not a key type; 0 (group) is.`)
}

function answer({ coordinatorKeys }: Request, { version, broker }: RequestContext, fault: ErrorAnswer): Response {
  const { nodeId, endpoint } = broker
  const found = fault.errorCode === kafkaErrorCodes.NONE
  const node = found ? { nodeId, ...endpoint } : { nodeId: -1, host: '', port: -1 }
  if (version < 4) return { ...node, ...fault }
  return { coordinators: coordinatorKeys.map((key) => ({ key, ...node, ...fault })) }
}
