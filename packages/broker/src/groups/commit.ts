import type { KafkaErrorName } from '@partita/protocol'
import type { Group } from './group.ts'
import type { MemberIdentity } from './group-requests.ts'
import { Member } from './member.ts'

/**
 * Whether someone may commit to the group now. A commit by a member counts as a sign of life, and is good while the
 * group prepares to rebalance: this is how members commit what they give up.
 */
export function mayCommit(group: Group, { memberId, groupInstanceId, generation }: MemberIdentity): KafkaErrorName {
  // Whoever manages partitions by hand, or sets a group's offsets from outside: only while nobody is in the group.
  if (generation < 0 && group.state === 'Empty') return 'NONE'
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
  const member = group.identifyNow(memberId, groupInstanceId, generation)
  return member instanceof Member ? 'NONE' : member
}
