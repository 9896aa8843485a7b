import type { KafkaErrorName } from '@partita/protocol'
import type { JoinAnswer, JoinRequest } from './group-requests.ts'
import type { Group } from './group.ts'
import { newUuid } from '../core/uuid.ts'
import { failedJoin, Member } from './member.ts'
import { beginRebalance, joinedAnswer, newMemberJoinTimeoutMs, onJoinDuringRebalance } from './rebalance.ts'

type Answer = (answer: JoinAnswer) => void

/** A member enters the group, or stays in it through a rebalance. `answer` is called once, now or later. */
export function joinGroup(group: Group, request: JoinRequest, answer: Answer): void {
  const refusal = refusalOf(group, request)
  if (refusal !== undefined) return answer(failedJoin(refusal, request.memberId))
  if (request.memberId !== '') joinWithId(group, request, answer)
  else if (request.groupInstanceId !== null) joinAsInstance(group, request, request.groupInstanceId, answer)
  else joinAnew(group, request, answer)
}

function refusalOf(group: Group, request: JoinRequest): KafkaErrorName | undefined {
  const { minSessionTimeoutMs, maxSessionTimeoutMs, maxSize } = group.settings
  const { sessionTimeoutMs, memberId, groupInstanceId, protocolType, protocols } = request
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) return 'INVALID_SESSION_TIMEOUT'
  const self = groupInstanceId === null ? group.members.get(memberId) : group.staticMember(groupInstanceId)
  const isNew = self === undefined && !group.isPending(memberId)
  if (isNew && group.members.size + group.pendingMembers >= maxSize) return 'GROUP_MAX_SIZE_REACHED'
  if (!group.agreesWith(protocolType, protocols, self)) return 'INCONSISTENT_GROUP_PROTOCOL'
  return undefined
}

/** Without an id of any kind: from version 4 on the member is given one, and is counted on to come back with it. */
function joinAnew(group: Group, request: JoinRequest, answer: Answer): void {
  const memberId = newMemberId(group, request.clientId)
  if (!request.requiresKnownMemberId) return admit(group, memberId, request, answer)
  group.addPending(memberId, request.sessionTimeoutMs)
  answer(failedJoin('MEMBER_ID_REQUIRED', memberId))
}

/** A static member that (re)starts: it takes the place of its predecessor, often without a rebalance (KIP-345). */
function joinAsInstance(group: Group, request: JoinRequest, instanceId: string, answer: Answer): void {
  const memberId = newMemberId(group, instanceId)
  const predecessor = group.staticMember(instanceId)
  if (predecessor === undefined) return admit(group, memberId, request, answer)
  const leaderBefore = group.leaderId
  const successor = replace(group, predecessor, memberId, request)
  if (group.state === 'Stable' && group.electProtocol() === group.protocolName) {
    successor.touch()
    return answer(restartAnswer(group, memberId, leaderBefore, request.canSkipAssignment))
  }
  enterRebalance(group, successor, answer)
}

function replace(group: Group, predecessor: Member, memberId: string, request: JoinRequest): Member {
  const wasLeader = group.leaderId === predecessor.id
  const { assignment, syncedGeneration } = predecessor
  group.removeMember(predecessor, 'FENCED_INSTANCE_ID')
  const successor = group.addMember(memberId, request)
  successor.assignment = assignment
  successor.syncedGeneration = syncedGeneration
  if (wasLeader) group.leaderId = memberId
  return successor
}

/**
 * The present generation, for a static member that restarted into it. If it leads, it must not assign anew: a client
 * that can be told so is told; any other hears the name of its predecessor as the leader's, and so takes itself for a
 * follower. (Java does the same.)
 */
function restartAnswer(group: Group, memberId: string, leaderBefore: string | null, canSkip: boolean): JoinAnswer {
  const answer = joinedAnswer(group, memberId)
  if (memberId !== group.leaderId) return answer
  if (canSkip) return { ...answer, skipAssignment: true }
  return { ...answer, leader: leaderBefore ?? '', members: [] }
}

function joinWithId(group: Group, request: JoinRequest, answer: Answer): void {
  const { memberId, groupInstanceId } = request
  if (groupInstanceId === null && group.isPending(memberId)) return admit(group, memberId, request, answer)
  const member = group.identify(memberId, groupInstanceId)
  if (!(member instanceof Member)) return answer(failedJoin(member, memberId))
  if (mayKeepGeneration(group, member, request)) {
    member.touch()
    return answer(joinedAnswer(group, memberId))
  }
  member.update(request)
  enterRebalance(group, member, answer)
}

/** Whether a member that joins again needs no rebalance: it says nothing new, and (once stable) does not lead. */
function mayKeepGeneration(group: Group, member: Member, request: JoinRequest): boolean {
  if (!member.speaks(request.protocols)) return false
  if (group.state === 'CompletingRebalance') return true
  return group.state === 'Stable' && group.leaderId !== member.id
}

function admit(group: Group, memberId: string, request: JoinRequest, answer: Answer): void {
  const member = group.addMember(memberId, request)
  enterRebalance(group, member, answer, newMemberJoinTimeoutMs)
}

function enterRebalance(group: Group, member: Member, answer: Answer, expireAfterMs?: number): void {
  member.parkJoin(answer, expireAfterMs)
  if (group.state === 'PreparingRebalance') onJoinDuringRebalance(group)
  else beginRebalance(group)
}

/** The id that the broker gives to a member: what it calls itself, then something that nobody else has. */
function newMemberId(group: Group, prefix: string): string {
  return `${prefix}-${newUuid(group.clock)}`
}
