import { kafkaErrorCodes } from '@partita/protocol'
import { describeGroupsApi, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Group } from '../groups/group.ts'
import type { Member } from '../groups/member.ts'

type GroupResponse = ResponseInput<typeof describeGroupsApi>['groups'][number]
type MemberResponse = GroupResponse['members'][number]

const noBytes = new Uint8Array(0)

/** State, members and assignments of groups. */
export const describeGroups: ServedApi = serve<typeof describeGroupsApi>({
  api: describeGroupsApi,
  versions: [0, 6],
  handle({ groups }, context) {
    return {
      groups: groups.map((groupId) => {
        const elsewhere = coordinatorError('group', groupId, context)
        if (elsewhere !== 'NONE') return { ...noGroup(groupId), errorCode: kafkaErrorCodes[elsewhere] }
        return describe(groupId, context.broker.groups.get(groupId), context.version)
      }),
    }
  },
  refuse: ({ groups }, errorCode) => ({ groups: groups.map((groupId) => ({ ...noGroup(groupId), errorCode })) }),
})

function describe(groupId: string, group: Group | undefined, version: number): GroupResponse {
  if (group === undefined || group.consumers !== undefined) {
    // Before version 6 an unknown group is a dead one, without an error. One of the new protocol is not known here.
    if (version < 6) return noGroup(groupId)
    const errorMessage = `There is no classic group named ${groupId}.`
    return { ...noGroup(groupId), errorCode: kafkaErrorCodes.GROUP_ID_NOT_FOUND, errorMessage }
  }
  const { state, protocolType, protocolName, members } = group
  const isStable = state === 'Stable'
  return {
    errorCode: kafkaErrorCodes.NONE,
    groupId,
    groupState: state,
    protocolType: protocolType ?? '',
    protocolData: isStable ? (protocolName ?? '') : '',
    members: Array.from(members.values(), (member) => describeMember(member, isStable ? protocolName : null)),
  }
}

/** What members say and get is told only of a generation that stands. */
function describeMember(member: Member, protocolName: string | null): MemberResponse {
  return {
    memberId: member.id,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    memberMetadata: protocolName === null ? noBytes : member.metadataFor(protocolName),
    memberAssignment: protocolName === null ? noBytes : member.assignment,
  }
}

function noGroup(groupId: string): GroupResponse {
  const errorCode = kafkaErrorCodes.NONE
  return { errorCode, groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
}
