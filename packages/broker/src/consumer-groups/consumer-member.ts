import type { Clock } from '@partita/protocol'
import { Deadline } from '../core/deadline.ts'
import type { AssignorMember } from './assignors/assignor.ts'
import { leaveForNowEpoch, type HeartbeatRequest } from './heartbeat-request.ts'
import type { PartitionKey } from './partition-keys.ts'
import { compileTopicPattern } from './topic-pattern.ts'
import type { TopicsView } from './topics-view.ts'

/** Partitions, each with the epoch in which the member was given it. */
export type Held = ReadonlyMap<PartitionKey, number>

const nothing: Held = new Map()

/** A member of a group of the new protocol: what it said, what it has and what it is to have. */
export class ConsumerMember {
  readonly id: string
  readonly instanceId: string | null
  /** Ends the membership where nothing is heard for too long. */
  readonly session: Deadline
  /** Ends it where partitions are not given up in time. */
  readonly revocation: Deadline
  clientId = ''
  clientHost = ''
  rackId: string | null = null
  rebalanceTimeoutMs = 0
  topicNames: readonly string[] = []
  topicRegex: string | null = null
  serverAssignor: string | null = null
  target: ReadonlySet<PartitionKey> = new Set()
  /** What it may have in use. */
  assigned: Held = nothing
  /** What it was asked to give up, and has not said that it has. */
  revoking: Held = nothing
  /** Something that it is to have is still with another member. */
  awaits = false
  #epoch = 0
  #previousEpoch = 0

  constructor(id: string, instanceId: string | null, clock: Clock, gone: (member: ConsumerMember) => void) {
    this.id = id
    this.instanceId = instanceId
    this.session = new Deadline(clock, () => gone(this))
    this.revocation = new Deadline(clock, () => gone(this))
  }

  get epoch(): number {
    return this.#epoch
  }

  /** That of before: its heartbeats may still come, where the answer that told the new one was lost. */
  get previousEpoch(): number {
    return this.#previousEpoch
  }

  reach(epoch: number): void {
    this.#previousEpoch = this.#epoch
    this.#epoch = epoch
  }

  /** A static member that said it would be back. */
  get isAway(): boolean {
    return this.#epoch === leaveForNowEpoch
  }

  /** It has all that it is to have by that epoch, and nothing else. */
  isReconciledTo(epoch: number): boolean {
    return this.#epoch === epoch && this.revoking.size === 0 && !this.awaits
  }

  holds(key: PartitionKey): boolean {
    return this.assigned.has(key) || this.revoking.has(key)
  }

  /** Takes over what a heartbeat says; whether the member wants other topics now. */
  update(request: HeartbeatRequest): boolean {
    const { subscribedTopicNames: names, subscribedTopicRegex: regex } = request
    this.clientId = request.clientId
    this.clientHost = request.clientHost
    this.rackId = request.rackId ?? this.rackId
    this.serverAssignor = request.serverAssignor ?? this.serverAssignor
    if (request.rebalanceTimeoutMs !== -1) this.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    const before = JSON.stringify([this.topicNames, this.topicRegex])
    if (names !== null) this.topicNames = [...new Set(names)].sort()
    if (regex !== null) this.topicRegex = regex === '' ? null : regex
    return before !== JSON.stringify([this.topicNames, this.topicRegex])
  }

  /** The ids of the topics that it wants and that are there. */
  topicIds(topics: TopicsView): Set<string> {
    const ids = new Set(this.topicNames.flatMap((name) => topics.get(name)?.id ?? []))
    const matches = this.topicRegex === null ? undefined : compileTopicPattern(this.topicRegex)
    if (matches !== undefined) for (const { name, id } of topics.all()) if (matches(name)) ids.add(id)
    return ids
  }

  asAssignorMember(topics: TopicsView): AssignorMember {
    const { id, instanceId, target } = this
    return { id, instanceId, target, topicIds: this.topicIds(topics) }
  }

  /** Goes for a while: what it was to give up is free, what it has waits for it. */
  leaveForNow(): void {
    this.reach(leaveForNowEpoch)
    this.revoking = nothing
    this.revocation.clear()
  }

  /** Another run of the same instance takes its place, with all that it had. */
  succeed(predecessor: ConsumerMember): void {
    this.topicNames = predecessor.topicNames
    this.topicRegex = predecessor.topicRegex
    this.serverAssignor = predecessor.serverAssignor
    this.rackId = predecessor.rackId
    this.target = predecessor.target
    this.assigned = predecessor.assigned
    this.awaits = predecessor.awaits
  }

  /** Nothing of it fires any more. */
  end(): void {
    this.session.clear()
    this.revocation.clear()
  }
}
