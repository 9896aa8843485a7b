// How a group comes to its next generation. (Java: `GroupMetadataManager`, the classic-group part.)
//
//   Empty ─join→ PreparingRebalance ─all have joined→ CompletingRebalance ─the leader has synced→ Stable
//                      ↑                                     │ join, leave, expiry                  │
//                      └─────────────────────────────────────┴──────────────────────────────────────┘
import type { JoinAnswer } from './group-requests.ts'
import type { Group } from './group.ts'
import type { Member } from './member.ts'
import { failedSync } from './member.ts'

/** A new member that waits for its first generation is given up after this long. (Java's constant.) */
export const newMemberJoinTimeoutMs = 300_000

const noBytes = new Uint8Array(0)

/** Asks every member to join again; whoever does not in time is out. */
export function beginRebalance(group: Group): void {
  const fromEmpty = group.state === 'Empty'
  for (const member of group.members.values()) {
    member.assignment = noBytes
    if (member.isSyncing) member.answerSync(failedSync('REBALANCE_IN_PROGRESS'))
  }
  group.become('PreparingRebalance')
  const delayMs = group.settings.initialRebalanceDelayMs
  if (fromEmpty && delayMs > 0) {
    group.gathersUntil = group.clock.monotonic() + rebalanceTimeoutMs(group)
    group.rebalanceDeadline.set(delayMs)
  } else {
    group.rebalanceDeadline.set(rebalanceTimeoutMs(group))
    completeIfAllJoined(group)
  }
}

/** One more has joined. While the first members of a group gather, each gives the next one time to come. */
export function onJoinDuringRebalance(group: Group): void {
  if (group.gathersUntil === null) return completeIfAllJoined(group)
  const leftMs = group.gathersUntil - group.clock.monotonic()
  group.rebalanceDeadline.set(Math.min(group.settings.initialRebalanceDelayMs, leftMs))
}

/** Completes the generation where nobody is waited for any more: no member, and nobody who was only given an id. */
export function completeIfAllJoined(group: Group): void {
  if (group.state !== 'PreparingRebalance' || group.gathersUntil !== null || group.pendingMembers > 0) return
  for (const member of group.members.values()) if (!member.isJoining) return
  complete(group)
}

/** The rebalance deadline passed: in `PreparingRebalance` for joining, later for syncing. */
export function onRebalanceDue(group: Group): void {
  if (group.state === 'PreparingRebalance') complete(group)
  else dropThoseNotSynced(group)
}

/** After someone left, was expelled or gave up: the others need a new generation, or need wait no longer. */
export function afterDeparture(group: Group): void {
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') beginRebalance(group)
  else completeIfAllJoined(group)
}

/** Once every member has its assignment, nothing is left to wait for. */
export function clearDeadlineIfAllSynced(group: Group): void {
  for (const member of group.members.values()) if (member.syncedGeneration !== group.generation) return
  group.rebalanceDeadline.clear()
}

/** The answer that a member of the present generation gets; the leader's names all members. */
export function joinedAnswer(group: Group, memberId: string): JoinAnswer {
  const members =
    memberId === group.leaderId
      ? Array.from(group.members.values(), (member) => ({
          memberId: member.id,
          groupInstanceId: member.instanceId,
          metadata: member.metadataFor(group.protocolName),
        }))
      : []
  return {
    error: 'NONE',
    generation: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    memberId,
    skipAssignment: false,
    members,
  }
}

function complete(group: Group): void {
  group.gathersUntil = null
  removeAbsent(group)
  if (group.members.size === 0) return becomeEmpty(group)
  const leader = group.members.get(group.leaderId ?? '')
  if (leader === undefined || !leader.isJoining) {
    const joined = firstJoined(group)
    // Only static members, and none of them is back: their sessions decide, so the wait begins again.
    if (joined === undefined) return group.rebalanceDeadline.set(rebalanceTimeoutMs(group))
    group.leaderId = joined.id
  }
  group.generation += 1
  group.protocolName = group.electProtocol()
  group.rebalanceDeadline.set(rebalanceTimeoutMs(group))
  group.become('CompletingRebalance')
  for (const member of group.members.values()) {
    if (member.isJoining) member.answerJoin(joinedAnswer(group, member.id))
  }
}

/** Takes out the members that did not join again; static ones may be away until their session ends. */
function removeAbsent(group: Group): void {
  for (const member of group.members.values()) {
    if (!member.isJoining && member.instanceId === null) group.removeMember(member)
  }
}

function becomeEmpty(group: Group): void {
  group.generation += 1
  group.protocolName = null
  group.leaderId = null
  group.rebalanceDeadline.clear()
  group.become('Empty')
}

function dropThoseNotSynced(group: Group): void {
  const late = [...group.members.values()].filter(({ syncedGeneration }) => syncedGeneration !== group.generation)
  if (late.length === 0) return
  for (const member of late) group.removeMember(member)
  beginRebalance(group)
}

function firstJoined(group: Group): Member | undefined {
  for (const member of group.members.values()) if (member.isJoining) return member
  return undefined
}

function rebalanceTimeoutMs(group: Group): number {
  let longest = 0
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
  return longest
}
