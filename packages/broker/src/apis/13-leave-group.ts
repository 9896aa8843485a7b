import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { leaveGroupApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Leaver } from '../groups/leave.ts'

/** Members go: one itself, or (from version 3 on) several by name, also by instance id. */
export const leaveGroup: ServedApi = serve<typeof leaveGroupApi>({
  api: leaveGroupApi,
  versions: [0, 5],
  coordinated: ({ groupId }) => ({ kind: 'group', key: groupId }),
  handle(request, { version, broker }) {
    if (request.groupId === '') return { errorCode: kafkaErrorCodes.INVALID_GROUP_ID }
    const leavers = leaversOf(request, version)
    const results = broker.groups.leave(request.groupId, leavers)
    if (results === undefined && version >= 3)
      return answerMany(
        leavers,
        leavers.map(() => 'UNKNOWN_MEMBER_ID'),
      )
    if (version >= 3) return answerMany(leavers, results ?? [])
    return { errorCode: kafkaErrorCodes[results?.[0] ?? 'UNKNOWN_MEMBER_ID'] }
  },
  refuse: (_request, errorCode) => ({ errorCode }),
})

function leaversOf({ memberId, members }: RequestOf<typeof leaveGroupApi>, version: number): Leaver[] {
  if (version < 3) return [{ memberId, groupInstanceId: null }]
  return members.map((member) => ({ memberId: member.memberId, groupInstanceId: member.groupInstanceId }))
}

function answerMany(
  leavers: readonly Leaver[],
  results: readonly KafkaErrorName[],
): ResponseInput<typeof leaveGroupApi> {
  const members = leavers.map((leaver, i) => ({ ...leaver, errorCode: kafkaErrorCodes[results[i]!] }))
  return { errorCode: kafkaErrorCodes.NONE, members }
}
