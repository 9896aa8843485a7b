import type { KafkaErrorName } from '@partita/protocol'
import { assignors } from './assignors/assignors.ts'
import type { TopicIdPartitions } from './partition-keys.ts'
import { compileTopicPattern } from './topic-pattern.ts'

/** A member epoch that says something else: that the member comes, goes, or goes for a while. */
export const joinEpoch = 0
export const leaveEpoch = -1
export const leaveForNowEpoch = -2

/** A ConsumerGroupHeartbeat, freed from its versions. `null`, and a timeout of -1: as it was. */
export interface HeartbeatRequest {
  /** Empty where the coordinator is to make one (version 0). */
  readonly memberId: string
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly subscribedTopicNames: readonly string[] | null
  readonly subscribedTopicRegex: string | null
  readonly serverAssignor: string | null
  /** What the member has in use. */
  readonly topicPartitions: readonly TopicIdPartitions[] | null
}

export interface HeartbeatAnswer {
  readonly memberId: string
  readonly memberEpoch: number
  /** All that the member may have; `null` where it knows. */
  readonly assignment: readonly TopicIdPartitions[] | null
}

/** Why a heartbeat is not taken. */
export interface HeartbeatRefusal {
  readonly error: KafkaErrorName
  readonly message: string
}

export function refusal(error: KafkaErrorName, message: string): HeartbeatRefusal {
  return { error, message }
}

/** What is wrong with a request, whatever the group is like. (Java: `throwIfConsumerGroupHeartbeatRequestIsInvalid`.) */
export function faultOf(groupId: string, request: HeartbeatRequest): HeartbeatRefusal | undefined {
  const message = malformation(groupId, request)
  if (message !== undefined) return refusal('INVALID_REQUEST', message)
  const { serverAssignor, subscribedTopicRegex } = request
  if (serverAssignor !== null && !assignors.has(serverAssignor)) {
    const known = [...assignors.keys()].join(', ')
    return refusal('UNSUPPORTED_ASSIGNOR', `There is no assignor ${serverAssignor} here, but these: ${known}.`)
  }
  // Empty: no expression any more.
  if (subscribedTopicRegex && compileTopicPattern(subscribedTopicRegex) === undefined) {
    const text = `SubscribedTopicRegex ${subscribedTopicRegex} is not an expression of RE2's that is understood here.`
    return refusal('INVALID_REGULAR_EXPRESSION', text)
  }
  return undefined
}

function malformation(groupId: string, request: HeartbeatRequest): string | undefined {
  const { memberId, memberEpoch, instanceId, rackId } = request
  if (groupId === '') return 'GroupId must not be empty.'
  if (instanceId === '') return 'InstanceId must not be empty.'
  if (rackId === '') return 'RackId must not be empty.'
  if (memberEpoch < leaveForNowEpoch) return `MemberEpoch must be -2 or more; got ${memberEpoch}.`
  if (memberEpoch === joinEpoch) return joinMalformation(request)
  if (memberId === '') return 'MemberId must not be empty.'
  if (memberEpoch === leaveForNowEpoch && instanceId === null) return 'Only a member with an InstanceId can be back.'
  return undefined
}

function joinMalformation(request: HeartbeatRequest): string | undefined {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request
  if (rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be told by a member that joins.'
  if (topicPartitions === null || topicPartitions.length > 0) {
    return 'TopicPartitions must be empty, and not null: a member that joins has none.'
  }
  if (subscribedTopicNames === null && subscribedTopicRegex === null) {
    return 'SubscribedTopicNames or SubscribedTopicRegex must be told by a member that joins.'
  }
  return undefined
}
