import { kafkaErrorCodes } from '@partita/protocol'
import { findCoordinatorApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { Endpoint } from '../cluster/cluster-node.ts'
import type { Cluster, CoordinatorKind } from '../cluster/cluster.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { type ErrorAnswer, errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof findCoordinatorApi>
type Response = ResponseInput<typeof findCoordinatorApi>
type Found = Endpoint & ErrorAnswer & { readonly nodeId: number }

const nobody = { nodeId: -1, host: '', port: -1 }

/** What can be coordinated, by key type. (Java: `CoordinatorType`.) */
const kinds: readonly CoordinatorKind[] = ['group', 'transaction']

/** Who coordinates a group or a transactional id. */
export const findCoordinator: ServedApi = serve<typeof findCoordinatorApi>({
  api: findCoordinatorApi,
  versions: [0, 6],
  handle: (request, context) => answer(request, context, faultOf(request)),
  refuse: (request, errorCode, context) => answer(request, context, { errorCode, errorMessage: null }),
})

function faultOf({ keyType }: Request): ErrorAnswer {
  if (kinds[keyType] !== undefined) return noError
  return errorAnswer('INVALID_REQUEST', `${keyType} is not a key type; 0 (group) and 1 (transaction) are.`)
}

function answer(request: Request, { version, broker }: RequestContext, fault: ErrorAnswer): Response {
  const found = (key: string): Found => coordinatorOf(request.keyType, key, broker.cluster, fault)
  if (version < 4) return found(request.key)
  return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...found(key) })) }
}

function coordinatorOf(keyType: number, key: string, cluster: Cluster, fault: ErrorAnswer): Found {
  if (fault.errorCode !== kafkaErrorCodes.NONE) return { ...nobody, ...fault }
  const node = cluster.node(cluster.coordinatorOf(kinds[keyType]!, key))
  if (node !== undefined) return { nodeId: node.id, ...node.endpoint, ...noError }
  return { ...nobody, ...errorAnswer('COORDINATOR_NOT_AVAILABLE', 'No node is up that could be it.') }
}
