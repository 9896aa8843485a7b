import { kafkaErrorCodes } from '@partita/protocol'
import { joinGroupApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { JoinAnswer, JoinRequest } from '../groups/group-requests.ts'

/** A member enters a group; the answer waits until the generation is complete. */
export const joinGroup: ServedApi = serve<typeof joinGroupApi>({
  api: joinGroupApi,
  versions: [0, 9],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle(request, context) {
    return new Promise((resolve) => {
      context.broker.groups.join(request.groupId, joinRequest(request, context), (result) =>
        resolve(answer(result, context.version)),
      )
    })
  },
  refuse: ({ memberId }, errorCode, { version }) => ({
    errorCode,
    memberId,
    leader: '',
    protocolName: noProtocol(version),
    members: [],
  }),
})

function joinRequest(request: RequestOf<typeof joinGroupApi>, { version, client }: RequestContext): JoinRequest {
  const { memberId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocolType, protocols } = request
  return {
    memberId,
    groupInstanceId,
    clientId: client.id ?? '',
    // As Java writes an address.
    clientHost: `/${client.host}`,
    sessionTimeoutMs,
    // Version 0 has but one timeout for both.
    rebalanceTimeoutMs: version === 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    protocolType,
    // Copies: what was decoded are views of the request's frame, and these live as long as the member.
    protocols: protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() })),
    requiresKnownMemberId: version >= 4,
    canSkipAssignment: version >= 9,
  }
}

function answer(result: JoinAnswer, version: number): ResponseInput<typeof joinGroupApi> {
  return {
    errorCode: kafkaErrorCodes[result.error],
    generationId: result.generation,
    protocolType: result.protocolType,
    protocolName: result.protocolName ?? noProtocol(version),
    leader: result.leader,
    skipAssignment: result.skipAssignment,
    memberId: result.memberId,
    members: result.members,
  }
}

/** The name may be null from version 7 on. */
function noProtocol(version: number): string | null {
  return version >= 7 ? null : ''
}
