// All that a member of the new protocol does, it does by a heartbeat. (Java: `GroupMetadataManager`, the part of
// consumer groups.)
import { newUuid } from '../core/uuid.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { ConsumerMember } from './consumer-member.ts'
import {
  type HeartbeatAnswer,
  type HeartbeatRefusal,
  type HeartbeatRequest,
  joinEpoch,
  leaveForNowEpoch,
  refusal,
} from './heartbeat-request.ts'
import { byTopicId, keysOf, type TopicIdPartitions } from './partition-keys.ts'
import { reconcile } from './reconcile.ts'

/** A member comes, goes, or is there. The request is one without a fault of its own (`faultOf`). */
export function heartbeat(group: ConsumerGroup, request: HeartbeatRequest): HeartbeatAnswer | HeartbeatRefusal {
  const answer = request.memberEpoch < joinEpoch ? leave(group, request) : stay(group, request)
  group.announce()
  return answer
}

function stay(group: ConsumerGroup, request: HeartbeatRequest): HeartbeatAnswer | HeartbeatRefusal {
  const member = request.memberEpoch === joinEpoch ? join(group, request) : present(group, request)
  if (!(member instanceof ConsumerMember)) return member
  const before = member.assigned
  if (member.update(request)) group.subscriptionsChanged()
  group.bringUpToDate()
  reconcile(member, {
    targetEpoch: group.assignmentEpoch,
    owned: request.topicPartitions === null ? null : keysOf(request.topicPartitions),
    isHeldByOther: (key) => group.isHeldByOther(member, key),
  })
  member.session.set(group.settings.consumerSessionTimeoutMs)
  const { memberEpoch, rebalanceTimeoutMs, subscribedTopicNames, topicPartitions } = request
  const saidAll = rebalanceTimeoutMs !== -1 && subscribedTopicNames !== null && topicPartitions !== null
  const isTold = memberEpoch === joinEpoch || saidAll || !isSame(before, member.assigned)
  const assignment = isTold ? byTopicId(member.assigned.keys()) : null
  return { memberId: member.id, memberEpoch: member.epoch, assignment }
}

function join(group: ConsumerGroup, request: HeartbeatRequest): ConsumerMember | HeartbeatRefusal {
  const { instanceId } = request
  const memberId = request.memberId === '' ? newUuid(group.clock) : request.memberId
  const predecessor = instanceId === null ? undefined : group.staticMember(instanceId)
  if (predecessor !== undefined && predecessor.isAway) return group.replace(predecessor, memberId, request)
  const known = group.members.get(memberId)
  if (predecessor !== undefined && predecessor !== known) {
    const text = `The instance ${instanceId} is member ${predecessor.id}, which has not left.`
    return refusal('UNRELEASED_INSTANCE_ID', text)
  }
  if (known !== undefined) return known
  const { consumerMaxSize } = group.settings
  if (group.members.size >= consumerMaxSize) {
    return refusal('GROUP_MAX_SIZE_REACHED', `The group has its ${consumerMaxSize} members already.`)
  }
  group.subscriptionsChanged()
  return group.addMember(memberId, request)
}

/** A member that is in the group, in an epoch that is its own. */
function present(group: ConsumerGroup, request: HeartbeatRequest): ConsumerMember | HeartbeatRefusal {
  const member = identify(group, request)
  if (!(member instanceof ConsumerMember)) return member
  const { memberEpoch, topicPartitions } = request
  if (memberEpoch === member.epoch) return member
  // The answer that told of the new epoch may be lost: then the member has at most what it is to have.
  const missedOne = memberEpoch === member.previousEpoch && isWithin(topicPartitions, member)
  if (missedOne) return member
  const text = `The member is in epoch ${member.epoch}, not ${memberEpoch}: it must give up all and join again.`
  return refusal('FENCED_MEMBER_EPOCH', text)
}

function identify(group: ConsumerGroup, { memberId, instanceId }: HeartbeatRequest): ConsumerMember | HeartbeatRefusal {
  const member = instanceId === null ? group.members.get(memberId) : group.staticMember(instanceId)
  if (member === undefined) return refusal('UNKNOWN_MEMBER_ID', `There is no member ${instanceId ?? memberId}.`)
  if (member.id === memberId) return member
  return refusal('FENCED_INSTANCE_ID', `The instance ${instanceId} is another member by now.`)
}

function leave(group: ConsumerGroup, request: HeartbeatRequest): HeartbeatAnswer | HeartbeatRefusal {
  const member = identify(group, request)
  if (!(member instanceof ConsumerMember)) return member
  const { memberId, memberEpoch } = request
  if (memberEpoch === leaveForNowEpoch) member.leaveForNow()
  else group.removeMember(member)
  return { memberId, memberEpoch, assignment: null }
}

function isWithin(owned: readonly TopicIdPartitions[] | null, { assigned }: ConsumerMember): boolean {
  return owned !== null && Array.from(keysOf(owned)).every((key) => assigned.has(key))
}

function isSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && Array.from(a.keys()).every((key) => b.has(key))
}
