import { kafkaErrorCodes } from '@partita/protocol'
import { findCoordinatorApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { type ErrorAnswer, errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof findCoordinatorApi>
type Response = ResponseInput<typeof findCoordinatorApi>

/** What can be coordinated: groups and transactional ids. (Java: `CoordinatorType`.) */
const keyTypes: readonly number[] = [0, 1]

/** Who coordinates a group or a transactional id: this node, as there is no other. */
export const findCoordinator: ServedApi = serve<typeof findCoordinatorApi>({
  api: findCoordinatorApi,
  versions: [0, 6],
  handle: (request, context) => answer(request, context, faultOf(request)),
  refuse: (request, errorCode, context) => answer(request, context, { errorCode, errorMessage: null }),
})

function faultOf({ keyType }: Request): ErrorAnswer {
  if (keyTypes.includes(keyType)) return noError
  return errorAnswer('INVALID_REQUEST', `${keyType} is not a key type; 0 (group) and 1 (transaction) are.`)
}

function answer({ coordinatorKeys }: Request, { version, broker }: RequestContext, fault: ErrorAnswer): Response {
  const { nodeId, endpoint } = broker
  const found = fault.errorCode === kafkaErrorCodes.NONE
  const node = found ? { nodeId, ...endpoint } : { nodeId: -1, host: '', port: -1 }
  if (version < 4) return { ...node, ...fault }
  return { coordinators: coordinatorKeys.map((key) => ({ key, ...node, ...fault })) }
}
