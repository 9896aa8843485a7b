import { kafkaErrorCodes } from '@partita/protocol'
import { consumerGroupDescribeApi, type ResponseInput } from '@partita/wire'
import { byTopicId, type PartitionKey } from '../consumer-groups/partition-keys.ts'
import type { ConsumerMember } from '../consumer-groups/consumer-member.ts'
import type { BrokerState } from '../core/broker-state.ts'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

type GroupResponse = ResponseInput<typeof consumerGroupDescribeApi>['groups'][number]
type MemberResponse = GroupResponse['members'][number]
type AssignmentResponse = MemberResponse['assignment']

/** Of a member that speaks the new protocol; the classic one's would be 0. */
const consumerType = 1

/** State, members and assignments of groups of the new protocol (KIP-848). */
export const consumerGroupDescribe: ServedApi = serve<typeof consumerGroupDescribeApi>({
  api: consumerGroupDescribeApi,
  versions: [0, 1],
  handle({ groupIds }, context) {
    return {
      groups: groupIds.map((groupId) => {
        const elsewhere = coordinatorError('group', groupId, context)
        if (elsewhere !== 'NONE') return { ...noGroup(groupId), errorCode: kafkaErrorCodes[elsewhere] }
        return describe(groupId, context.broker)
      }),
    }
  },
  refuse: ({ groupIds }, errorCode) => ({ groups: groupIds.map((groupId) => ({ ...noGroup(groupId), errorCode })) }),
})

function describe(groupId: string, broker: BrokerState): GroupResponse {
  const consumers = broker.groups.get(groupId)?.consumers
  if (consumers === undefined) {
    const errorMessage = `There is no group of the consumer protocol named ${groupId}.`
    return { ...noGroup(groupId), errorCode: kafkaErrorCodes.GROUP_ID_NOT_FOUND, errorMessage }
  }
  return {
    errorCode: kafkaErrorCodes.NONE,
    groupId,
    groupState: consumers.state,
    groupEpoch: consumers.epoch,
    assignmentEpoch: consumers.assignmentEpoch,
    assignorName: consumers.assignor,
    members: Array.from(consumers.members.values(), (member) => describeMember(member, broker)),
  }
}

function describeMember(member: ConsumerMember, broker: BrokerState): MemberResponse {
  return {
    memberId: member.id,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    assignment: assignmentOf(member.assigned.keys(), broker),
    targetAssignment: assignmentOf(member.target, broker),
    memberType: consumerType,
  }
}

/** Of topics that are still there. */
function assignmentOf(keys: Iterable<PartitionKey>, { topics }: BrokerState): AssignmentResponse {
  return {
    topicPartitions: byTopicId(keys).flatMap(({ topicId, partitions }) => {
      const topicName = topics.getById(topicId)?.name
      return topicName === undefined ? [] : [{ topicId, topicName, partitions }]
    }),
  }
}

function noGroup(groupId: string): GroupResponse {
  return {
    errorCode: kafkaErrorCodes.NONE,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  }
}
