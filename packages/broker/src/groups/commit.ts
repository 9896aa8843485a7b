import type { KafkaErrorName } from '@partita/protocol'
import type { ConsumerGroup } from '../consumer-groups/consumer-group.ts'
import type { Group } from './group.ts'
import type { MemberIdentity } from './group-requests.ts'
import { ConsumerMember } from '../consumer-groups/consumer-member.ts'
import { Member } from './member.ts'

/**
 * Whether someone may commit to the group now. A commit by a member counts as a sign of life, and is good while the
 * group prepares to rebalance: this is how members commit what they give up.
 */
export function mayCommit(group: Group, { memberId, groupInstanceId, generation }: MemberIdentity): KafkaErrorName {
  // Whoever manages partitions by hand, or sets a group's offsets from outside: only while nobody is in the group.
  if (generation < 0 && group.state === 'Empty') return 'NONE'
  if (group.consumers !== undefined) return mayCommitAsConsumer(group.consumers, memberId, generation)
  if (generation < 0 && memberId === '' && groupInstanceId === null) return 'UNKNOWN_MEMBER_ID'
  const member = group.identifyNow(memberId, groupInstanceId, generation)
  if (!(member instanceof Member)) return member
  if (group.state === 'CompletingRebalance') return 'REBALANCE_IN_PROGRESS'
  if (!member.isJoining) member.touch()
  return 'NONE'
}

/**
 * Whether someone may stage offsets for the group in a transaction now. Before KIP-447 producers did not say for which
 * member they commit, so that none has to be given; nor is such a commit a sign of the member's life.
 */
export function mayStage(group: Group, { memberId, groupInstanceId, generation }: MemberIdentity): KafkaErrorName {
  const isAnonymous = memberId === '' && groupInstanceId === null
  if (generation < 0 && (isAnonymous || group.state === 'Empty')) return 'NONE'
  if (group.consumers !== undefined) {
    // The name for it is one of the new protocol; producers know this one.
    const consumer = group.consumers.identify(memberId, generation)
    if (consumer === 'STALE_MEMBER_EPOCH') return 'ILLEGAL_GENERATION'
    return consumer instanceof ConsumerMember ? 'NONE' : consumer
  }
  const member = group.identifyNow(memberId, groupInstanceId, generation)
  return member instanceof Member ? 'NONE' : member
}

/**
 * Whether a member of the new protocol may commit for a partition: in its present epoch, or in one since it was given
 * the partition, for nobody else can have had it meanwhile (KIP-1251).
 */
export function mayCommitFor(
  group: Group,
  { memberId, generation }: MemberIdentity,
  topic: string,
  partition: number,
): KafkaErrorName {
  const member = group.consumers?.members.get(memberId)
  if (group.consumers === undefined || member === undefined || generation === member.epoch) return 'NONE'
  const since = group.consumers.assignedSince(member, topic, partition)
  return since !== undefined && since <= generation ? 'NONE' : 'STALE_MEMBER_EPOCH'
}

/** An older epoch may still be good for some partitions: see `mayCommitFor`. */
function mayCommitAsConsumer(group: ConsumerGroup, memberId: string, epoch: number): KafkaErrorName {
  const member = group.members.get(memberId)
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  return epoch <= member.epoch ? 'NONE' : 'STALE_MEMBER_EPOCH'
}
