import type { KafkaErrorName } from '@partita/protocol'
import type { Group } from './group.ts'
import type { MemberIdentity, SyncAnswer, SyncRequest } from './group-requests.ts'
import { failedSync, Member } from './member.ts'
import { clearDeadlineIfAllSynced } from './rebalance.ts'

/** A member asks for its part; the leader brings everyone's. `answer` is called once, now or later. */
export function syncGroup(group: Group, request: SyncRequest, answer: (answer: SyncAnswer) => void): void {
  const member = group.identifyNow(request.memberId, request.groupInstanceId, request.generation)
  if (!(member instanceof Member)) return answer(failedSync(member))
  if (!agreesOnProtocol(group, request)) return answer(failedSync('INCONSISTENT_GROUP_PROTOCOL'))
  if (group.state === 'PreparingRebalance') return answer(failedSync('REBALANCE_IN_PROGRESS'))
  member.syncedGeneration = group.generation
  if (group.state === 'Stable') {
    member.touch()
    answer(syncedAnswer(group, member))
  } else {
    member.parkSync(answer)
    if (member.id === group.leaderId) handOut(group, request.assignments)
  }
  clearDeadlineIfAllSynced(group)
}

/** A sign of life. */
export function heartbeat(group: Group, { memberId, groupInstanceId, generation }: MemberIdentity): KafkaErrorName {
  const member = group.identifyNow(memberId, groupInstanceId, generation)
  if (!(member instanceof Member)) return member
  // One whose JoinGroup or SyncGroup waits has no session to lose, and must not get one by a stray heartbeat.
  if (!member.isJoining && !member.isSyncing) member.touch()
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

function handOut(group: Group, assignments: SyncRequest['assignments']): void {
  for (const { memberId, assignment } of assignments) {
    const member = group.members.get(memberId)
    if (member !== undefined) member.assignment = assignment
  }
  group.become('Stable')
  for (const member of group.members.values()) {
    if (member.isSyncing) member.answerSync(syncedAnswer(group, member))
  }
}

function syncedAnswer(group: Group, member: Member): SyncAnswer {
  const { protocolType, protocolName } = group
  return { error: 'NONE', protocolType, protocolName, assignment: member.assignment }
}

function agreesOnProtocol(group: Group, { protocolType, protocolName }: SyncRequest): boolean {
  if (protocolType !== null && protocolType !== group.protocolType) return false
  return protocolName === null || protocolName === group.protocolName
}
