import type { Clock, KafkaErrorName } from '@partita/protocol'
import { assignors, defaultAssignor, preferredAssignor } from './assignors/assignors.ts'
import { ConsumerMember } from './consumer-member.ts'
import type { HeartbeatRequest } from './heartbeat-request.ts'
import { partitionKey, type PartitionKey } from './partition-keys.ts'
import type { TopicsView } from './topics-view.ts'

/** As ConsumerGroupDescribe and ListGroups name them. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** What holds for all groups of the new protocol. Times in milliseconds. */
export interface ConsumerGroupSettings {
  readonly consumerSessionTimeoutMs: number
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerMaxSize: number
}

export interface ConsumerGroupSurroundings {
  readonly clock: Clock
  readonly settings: ConsumerGroupSettings
  readonly topics: TopicsView
  readonly changed: () => void
}

/**
 * Who is in a group by the new protocol (KIP-848), and what each is to have. Three kinds of epoch grow: the group's with
 * whatever changes what members are to have, the target's when that was worked out, each member's when it has come there.
 */
export class ConsumerGroup {
  readonly members: Map<string, ConsumerMember> = new Map()
  readonly #surroundings: ConsumerGroupSurroundings
  #assignmentEpoch = 0
  /** Something changed since then that it depends on. */
  #isOutdated = false
  #assignor = defaultAssignor
  /** The topics by which the target was worked out, with their counts; and when they were looked at. */
  #counts: ReadonlyMap<string, number> = new Map()
  #topicsVersion = -1

  constructor(surroundings: ConsumerGroupSurroundings) {
    this.#surroundings = surroundings
  }

  get settings(): ConsumerGroupSettings {
    return this.#surroundings.settings
  }

  get clock(): Clock {
    return this.#surroundings.clock
  }

  /** Changes that come before the next target share an epoch. */
  get epoch(): number {
    return this.#isOutdated ? this.#assignmentEpoch + 1 : this.#assignmentEpoch
  }

  /** That of the target. */
  get assignmentEpoch(): number {
    return this.#assignmentEpoch
  }

  /** By which the target was worked out. */
  get assignor(): string {
    return this.#assignor
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty'
    if (this.#isOutdated) return 'Assigning'
    const isDone = Array.from(this.members.values()).every((member) => member.isReconciledTo(this.#assignmentEpoch))
    return isDone ? 'Stable' : 'Reconciling'
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    for (const member of this.members.values()) if (member.instanceId === instanceId) return member
    return undefined
  }

  /** Whether a member may speak for the group in that epoch. */
  identify(memberId: string, epoch: number): ConsumerMember | KafkaErrorName {
    const member = this.members.get(memberId)
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    return member.epoch === epoch ? member : 'STALE_MEMBER_EPOCH'
  }

  /** Whether any member subscribes to the topic. */
  subscribesTo(topic: string): boolean {
    const id = this.#surroundings.topics.get(topic)?.id
    if (id === undefined) return false
    return Array.from(this.members.values()).some((member) => member.topicIds(this.#surroundings.topics).has(id))
  }

  isHeldByOther(member: ConsumerMember, key: PartitionKey): boolean {
    for (const other of this.members.values()) if (other !== member && other.holds(key)) return true
    return false
  }

  /** The epoch in which a member was given a partition that it has; `undefined` where it has not. */
  assignedSince({ assigned, revoking }: ConsumerMember, topic: string, partition: number): number | undefined {
    const id = this.#surroundings.topics.get(topic)?.id
    if (id === undefined) return undefined
    const key = partitionKey(id, partition)
    return assigned.get(key) ?? revoking.get(key)
  }

  addMember(id: string, { instanceId }: HeartbeatRequest): ConsumerMember {
    const member = new ConsumerMember(id, instanceId, this.clock, (gone) => {
      this.removeMember(gone)
      this.#surroundings.changed()
    })
    this.members.set(id, member)
    return member
  }

  /** What it had is free at once. */
  removeMember(member: ConsumerMember): void {
    member.end()
    this.members.delete(member.id)
    this.#isOutdated = true
  }

  /** Puts another run of the same instance in a member's place: that changes nothing for the others. */
  replace(predecessor: ConsumerMember, id: string, request: HeartbeatRequest): ConsumerMember {
    predecessor.end()
    this.members.delete(predecessor.id)
    const successor = this.addMember(id, request)
    successor.succeed(predecessor)
    return successor
  }

  /** What members are to have has changed: it has to be worked out anew. */
  subscriptionsChanged(): void {
    this.#isOutdated = true
  }

  /** Works out what members are to have, where anything changed that it depends on. */
  bringUpToDate(): void {
    const { topics } = this.#surroundings
    if (!this.#isOutdated && topics.version === this.#topicsVersion) return
    this.#topicsVersion = topics.version
    const members = Array.from(this.members.values(), (member) => member.asAssignorMember(topics))
    const wanted = [...new Set(members.flatMap(({ topicIds }) => [...topicIds]))]
    const counts = new Map(wanted.map((id) => [id, topics.getById(id)?.partitions.length ?? 0]))
    if (!this.#isOutdated && isSame(counts, this.#counts)) return
    this.#counts = counts
    this.#assignor = preferredAssignor(Array.from(this.members.values(), ({ serverAssignor }) => serverAssignor))
    const assignment = assignors.get(this.#assignor)!(members, counts)
    for (const member of this.members.values()) member.target = assignment.get(member.id) ?? new Set()
    this.#assignmentEpoch += 1
    this.#isOutdated = false
  }

  /** Tells whoever waits for the group that something about it may have changed. */
  announce(): void {
    this.#surroundings.changed()
  }

  /** Ends everything that could still fire. */
  dispose(): void {
    for (const member of this.members.values()) member.end()
    this.members.clear()
  }
}

function isSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && Array.from(a).every(([id, count]) => b.get(id) === count)
}
