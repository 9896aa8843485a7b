import type { Clock, KafkaErrorName } from '@partita/protocol'
import type { ControlMarker } from '@partita/wire'
import type { JoinAnswer, JoinRequest, MemberIdentity, SyncAnswer, SyncRequest } from './group-requests.ts'
import type { GroupSurroundings } from './group.ts'
import type { GroupSettings } from './group-settings.ts'
import type { Leaver } from './leave.ts'
import type { CommittedPosition } from './committed-offsets.ts'
import { heartbeat as consumerHeartbeat } from '../consumer-groups/heartbeat.ts'
import {
  faultOf,
  type HeartbeatAnswer,
  type HeartbeatRefusal,
  type HeartbeatRequest,
  joinEpoch,
  refusal,
} from '../consumer-groups/heartbeat-request.ts'
import { noTopics, type TopicsView } from '../consumer-groups/topics-view.ts'
import { Listeners } from '../core/listeners.ts'
import { createMemoryStorage, type Storage } from '../core/storage.ts'
import { mayCommit, mayStage } from './commit.ts'
import { Group } from './group.ts'
import { joinGroup } from './join.ts'
import { expireMember, leaveGroup } from './leave.ts'
import { failedJoin, failedSync } from './member.ts'
import { onRebalanceDue } from './rebalance.ts'
import { heartbeat, syncGroup } from './sync.ts'

/** All groups of the broker. Nothing here knows of sockets, requests' versions or bytes of the protocol. */
export interface GroupCoordinator {
  join(groupId: string, request: JoinRequest, answer: (answer: JoinAnswer) => void): void
  sync(groupId: string, request: SyncRequest, answer: (answer: SyncAnswer) => void): void
  heartbeat(groupId: string, member: MemberIdentity): KafkaErrorName
  /** A member of the new protocol (KIP-848) comes, goes, or is there. */
  consumerHeartbeat(groupId: string, request: HeartbeatRequest): HeartbeatAnswer | HeartbeatRefusal
  /** One result per leaver; `undefined` where there is no such group. */
  leave(groupId: string, leavers: readonly Leaver[]): KafkaErrorName[] | undefined
  /**
   * The group to commit to (made where someone outside of any generation commits), or why not. Its id may be empty, as
   * those of old consumers without a group are.
   */
  openForCommit(groupId: string, member: MemberIdentity): Group | KafkaErrorName
  /** The group to stage offsets for in a transaction (made where there is none yet), or why not. */
  openForStaging(groupId: string, member: MemberIdentity): Group | KafkaErrorName
  /** A producer's transaction is over: what it staged for a group is committed or forgotten. */
  endStaging(groupId: string, marker: ControlMarker, producerId: number): void
  get(groupId: string): Group | undefined
  all(): Iterable<Group>
  delete(groupId: string): KafkaErrorName
  /** Forgets what all groups committed, or want to commit, for a topic. */
  forgetTopic(topic: string): void
  /** Calls back whenever a group changed its state or lost a member, until the returned function is called. */
  onChange(listener: (group: Group) => void): () => void
  /** Ends all sessions and answers whatever waits. */
  close(): void
}

/**
 * @param storage where committed offsets are kept; those that are there are taken in
 * @param topics what members of the new protocol are dealt out
 */
export function createGroupCoordinator(
  clock: Clock,
  settings: GroupSettings,
  storage: Pick<Storage, 'keep' | 'kept'> = createMemoryStorage(),
  topics: TopicsView = noTopics,
): GroupCoordinator {
  const groups = new Map<string, Group>()
  const changes = new Listeners<Group>()
  const surroundings: GroupSurroundings = {
    clock,
    settings,
    topics,
    memberExpired(group, memberId) {
      expireMember(group, memberId)
      forgetIfUnused(group)
    },
    rebalanceDue: onRebalanceDue,
    changed: (group) => changes.notify(group),
    keep: storage.keep,
  }

  function groupOrNew(groupId: string): Group {
    let group = groups.get(groupId)
    if (group === undefined) groups.set(groupId, (group = new Group(groupId, surroundings)))
    return group
  }

  /** A first join that is refused, or not followed up, leaves nothing behind. */
  function forgetIfUnused(group: Group): void {
    if (group.isUnused) groups.delete(group.id)
  }

  for (const [[groupId, topic, partition], position] of storage.kept('offset')) {
    groupOrNew(groupId).offsets.set(topic, partition, position as CommittedPosition)
  }
  for (const [[groupId, producerId, topic, partition], position] of storage.kept('staged')) {
    groupOrNew(groupId).staged.stage(producerId, topic, partition, position as CommittedPosition)
  }

  return {
    join(groupId, request, answer) {
      if (groupId === '') return answer(failedJoin('INVALID_GROUP_ID', request.memberId))
      if (request.memberId !== '' && !groups.has(groupId)) {
        return answer(failedJoin('UNKNOWN_MEMBER_ID', request.memberId))
      }
      const group = groupOrNew(groupId)
      // Kafka can have members of both protocols in one group for a while; here each has the other's groups to itself.
      if (!group.becomeClassic()) return answer(failedJoin('INCONSISTENT_GROUP_PROTOCOL', request.memberId))
      joinGroup(group, request, answer)
      forgetIfUnused(group)
    },
    sync(groupId, request, answer) {
      if (groupId === '') return answer(failedSync('INVALID_GROUP_ID'))
      const group = groups.get(groupId)
      if (group === undefined) answer(failedSync('UNKNOWN_MEMBER_ID'))
      else syncGroup(group, request, answer)
    },
    heartbeat(groupId, member) {
      if (groupId === '') return 'INVALID_GROUP_ID'
      const group = groups.get(groupId)
      return group === undefined ? 'UNKNOWN_MEMBER_ID' : heartbeat(group, member)
    },
    consumerHeartbeat(groupId, request) {
      const fault = faultOf(groupId, request)
      if (fault !== undefined) return fault
      const joins = request.memberEpoch === joinEpoch
      const consumers = (joins ? groupOrNew(groupId) : groups.get(groupId))?.becomeConsumerGroup()
      if (consumers !== undefined) return consumerHeartbeat(consumers, request)
      if (groups.has(groupId)) return refusal('GROUP_ID_NOT_FOUND', `${groupId} is a classic group with members.`)
      // To Kafka it is the group that is unknown. But Kafka remembers groups, where a broker here may have been started
      // anew: members that hear this join again.
      return refusal('UNKNOWN_MEMBER_ID', `There is no group ${groupId}.`)
    },
    leave(groupId, leavers) {
      const group = groups.get(groupId)
      if (group === undefined) return undefined
      const results = leaveGroup(group, leavers)
      forgetIfUnused(group)
      return results
    },
    openForCommit(groupId, member) {
      if (!groups.has(groupId) && member.generation >= 0) return 'GROUP_ID_NOT_FOUND'
      const group = groupOrNew(groupId)
      const error = mayCommit(group, member)
      return error === 'NONE' ? group : error
    },
    openForStaging(groupId, member) {
      if (groupId === '') return 'INVALID_GROUP_ID'
      if (!groups.has(groupId) && member.generation >= 0) return 'ILLEGAL_GENERATION'
      const group = groupOrNew(groupId)
      const error = mayStage(group, member)
      return error === 'NONE' ? group : error
    },
    endStaging(groupId, marker, producerId) {
      const group = groups.get(groupId)
      if (group === undefined) return
      group.staged.end(producerId, marker, group.offsets)
      forgetIfUnused(group)
    },
    get: (groupId) => groups.get(groupId),
    all: () => groups.values(),
    delete(groupId) {
      const group = groups.get(groupId)
      if (group === undefined) return 'GROUP_ID_NOT_FOUND'
      if (group.state !== 'Empty') return 'NON_EMPTY_GROUP'
      group.dispose()
      group.becomeClassic()
      group.offsets.clear()
      group.staged.clear()
      groups.delete(groupId)
      group.become('Dead')
      return 'NONE'
    },
    forgetTopic(topic) {
      for (const { offsets, staged } of groups.values()) {
        offsets.deleteTopic(topic)
        staged.deleteTopic(topic)
      }
    },
    onChange: (listener) => changes.add(listener),
    close() {
      for (const group of groups.values()) group.dispose()
    },
  }
}
