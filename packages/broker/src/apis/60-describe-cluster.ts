import { kafkaErrorCodes } from '@partita/protocol'
import { describeClusterApi, type ResponseInput } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { type ErrorAnswer, errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

/** Whom a client wants to talk to. */
const endpointTypes = { brokers: 1 } as const

/** The cluster: its nodes that are up. */
export const describeCluster: ServedApi = serve<typeof describeClusterApi>({
  api: describeClusterApi,
  versions: [0, 2],
  handle({ endpointType }, context) {
    if (endpointType === endpointTypes.brokers) return answer(context, noError)
    const message = `Endpoints of type ${endpointType} are not served; brokers (1) are.`
    return answer(context, errorAnswer('MISMATCHED_ENDPOINT_TYPE', message))
  },
  refuse: (_request, errorCode, context) => answer(context, { errorCode, errorMessage: null }),
})

function answer({ broker }: RequestContext, result: ErrorAnswer): ResponseInput<typeof describeClusterApi> {
  const { clusterId, cluster } = broker
  if (result.errorCode !== kafkaErrorCodes.NONE) return { ...result, clusterId: '', brokers: [] }
  const brokers = cluster.live().map(({ id, endpoint, rack }) => ({ brokerId: id, ...endpoint, rack }))
  return { ...result, clusterId, controllerId: cluster.controllerId, brokers }
}
