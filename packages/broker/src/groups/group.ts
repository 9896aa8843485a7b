import type { Clock, KafkaErrorName } from '@partita/protocol'
import type { JoinRequest, MemberProtocol } from './group-requests.ts'
import type { CommittedOffsets, CommittedPosition } from './committed-offsets.ts'
import { createCommittedOffsets } from './committed-offsets.ts'
import { createStagedOffsets, type StagedOffsets } from './staged-offsets.ts'
import { ConsumerGroup, type ConsumerGroupState } from '../consumer-groups/consumer-group.ts'
import type { TopicsView } from '../consumer-groups/topics-view.ts'
import { Deadline } from '../core/deadline.ts'
import type { Keep } from '../core/storage.ts'
import type { GroupSettings } from './group-settings.ts'
import { Member } from './member.ts'

/**
 * As `DescribeGroups` and `ListGroups` name them. `Assigning` and `Reconciling` are those of the new protocol (KIP-848);
 * `Dead` is a group that was deleted.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead' | ConsumerGroupState

/** What a group asks of whoever keeps it. */
export interface GroupSurroundings {
  readonly clock: Clock
  readonly settings: GroupSettings
  readonly topics: TopicsView
  /** A member's session ended, or that of one that was given an id and did not come back. */
  readonly memberExpired: (group: Group, memberId: string) => void
  /** The time for a rebalance, or for the SyncGroups after it, is over. */
  readonly rebalanceDue: (group: Group) => void
  readonly changed: (group: Group) => void
  /** Keeps what is committed and staged where it outlives the broker. */
  readonly keep: Keep
}

/**
 * A group: what it has committed, and who is in it. By the classic protocol that is told here, and the rules by which it
 * changes are in `join.ts`, `sync.ts`, `leave.ts` and `rebalance.ts`; by the new one it is told in `consumers`.
 */
export class Group {
  readonly id: string
  readonly members: Map<string, Member> = new Map()
  readonly offsets: CommittedOffsets
  /** What open transactions want to commit. */
  readonly staged: StagedOffsets
  /** Ends the rebalance, or the wait for the SyncGroups after it: see `rebalance.ts`. */
  readonly rebalanceDeadline: Deadline
  generation = 0
  protocolType: string | null = null
  /** The assignor that the generation agreed on. */
  protocolName: string | null = null
  leaderId: string | null = null
  /** While the first members gather (`group.initial.rebalance.delay.ms`): the end of it at the latest, monotonic. */
  gathersUntil: number | null = null
  /** Who was given an id and has not joined with it yet; each until its deadline. */
  readonly #pending: Map<string, Deadline> = new Map()
  readonly #surroundings: GroupSurroundings
  #state: GroupState = 'Empty'
  #consumers: ConsumerGroup | undefined

  constructor(id: string, surroundings: GroupSurroundings) {
    this.id = id
    this.#surroundings = surroundings
    const { keep } = surroundings
    this.offsets = createCommittedOffsets((topic, partition, position) =>
      keep('offset', [id, topic, partition], position),
    )
    this.staged = createStagedOffsets((producerId, topic, partition, position) =>
      keep('staged', [id, producerId, topic, partition], position),
    )
    this.rebalanceDeadline = new Deadline(surroundings.clock, () => surroundings.rebalanceDue(this))
  }

  get settings(): GroupSettings {
    return this.#surroundings.settings
  }

  get clock(): Clock {
    return this.#surroundings.clock
  }

  get state(): GroupState {
    return this.#consumers?.state ?? this.#state
  }

  /** The group as one of the new protocol (KIP-848), where it is one. Then nobody is in it by the classic one. */
  get consumers(): ConsumerGroup | undefined {
    return this.#consumers
  }

  /** All that are in it, by whichever protocol. */
  get everyone(): readonly Pick<Member, 'id' | 'instanceId' | 'clientId'>[] {
    return [...(this.#consumers ?? this).members.values()]
  }

  /** The group as one of the new protocol from here on; `undefined` where somebody is in it by the classic one. */
  becomeConsumerGroup(): ConsumerGroup | undefined {
    if (this.#consumers !== undefined) return this.#consumers
    if (this.#state !== 'Empty' || this.pendingMembers > 0) return undefined
    const { clock, settings, topics, changed } = this.#surroundings
    this.#consumers = new ConsumerGroup({ clock, settings, topics, changed: () => changed(this) })
    return this.#consumers
  }

  /** The group as a classic one from here on, unless somebody is in it by the new protocol. */
  becomeClassic(): boolean {
    if (this.#consumers !== undefined && this.#consumers.members.size > 0) return false
    this.#consumers = undefined
    return true
  }

  become(state: GroupState): void {
    this.#state = state
    this.#surroundings.changed(this)
  }

  /** Nobody ever came in, and nothing was committed. */
  get isUnused(): boolean {
    const hasOffsets = this.offsets.size > 0 || this.staged.size > 0
    const isNew = this.#consumers === undefined && this.generation === 0
    return isNew && this.#state === 'Empty' && this.#pending.size === 0 && !hasOffsets
  }

  /** Commits outside of any transaction. */
  commit(topic: string, partition: number, position: CommittedPosition): void {
    this.offsets.set(topic, partition, position)
    this.staged.overtake(topic, partition, position)
  }

  get pendingMembers(): number {
    return this.#pending.size
  }

  isPending(memberId: string): boolean {
    return this.#pending.has(memberId)
  }

  addPending(memberId: string, sessionTimeoutMs: number): void {
    const deadline = new Deadline(this.clock, () => this.#surroundings.memberExpired(this, memberId))
    deadline.set(sessionTimeoutMs)
    this.#pending.set(memberId, deadline)
  }

  removePending(memberId: string): void {
    this.#pending.get(memberId)?.clear()
    this.#pending.delete(memberId)
  }

  addMember(id: string, request: JoinRequest): Member {
    this.removePending(id)
    const member = new Member(id, request, this.clock, () => this.#surroundings.memberExpired(this, id))
    this.members.set(id, member)
    this.protocolType = request.protocolType
    this.leaderId ??= id
    return member
  }

  /** Takes a member out, answers what it waits for, and makes someone else the leader where it was. */
  removeMember(member: Member, error: 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID' = 'UNKNOWN_MEMBER_ID'): void {
    this.members.delete(member.id)
    member.end(error)
    if (this.leaderId === member.id) this.leaderId = this.members.keys().next().value ?? null
    this.#surroundings.changed(this)
  }

  staticMember(instanceId: string): Member | undefined {
    for (const member of this.members.values()) if (member.instanceId === instanceId) return member
    return undefined
  }

  /** Whether a member may speak as `memberId`, and as `instanceId` where it gives one. */
  identify(memberId: string, instanceId: string | null): Member | 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID' {
    if (instanceId !== null) {
      const member = this.staticMember(instanceId)
      if (member === undefined) return 'UNKNOWN_MEMBER_ID'
      return member.id === memberId ? member : 'FENCED_INSTANCE_ID'
    }
    return this.members.get(memberId) ?? 'UNKNOWN_MEMBER_ID'
  }

  /** As `identify`, and of the present generation. */
  identifyNow(memberId: string, instanceId: string | null, generation: number): Member | KafkaErrorName {
    const member = this.identify(memberId, instanceId)
    if (member instanceof Member && generation !== this.generation) return 'ILLEGAL_GENERATION'
    return member
  }

  /** Whether someone who speaks these protocols can be in one group with the members. */
  agreesWith(protocolType: string, protocols: readonly MemberProtocol[], except?: Member): boolean {
    if (protocolType === '' || protocols.length === 0) return false
    const others = [...this.members.values()].filter((member) => member !== except)
    if (others.length === 0) return true
    const shared = sharedProtocols(others)
    return protocolType === this.protocolType && protocols.some(({ name }) => shared.has(name))
  }

  /** The protocol that most members like best, of those that all can speak. */
  electProtocol(): string | null {
    const members = [...this.members.values()]
    const shared = sharedProtocols(members)
    const votes = new Map<string, number>()
    for (const { protocols } of members) {
      const vote = protocols.find(({ name }) => shared.has(name))?.name
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1)
    }
    let elected: string | null = null
    for (const [name, count] of votes) if (elected === null || count > votes.get(elected)!) elected = name
    return elected
  }

  /** Ends everything that could still fire or answer. */
  dispose(): void {
    for (const member of this.members.values()) member.end('UNKNOWN_MEMBER_ID')
    for (const deadline of this.#pending.values()) deadline.clear()
    this.members.clear()
    this.#pending.clear()
    this.rebalanceDeadline.clear()
    this.#consumers?.dispose()
  }
}

function sharedProtocols(members: readonly Member[]): Set<string> {
  const [first, ...others] = members
  const names = (first?.protocols ?? []).map(({ name }) => name)
  return new Set(
    names.filter((name) => others.every(({ protocols }) => protocols.some((other) => other.name === name))),
  )
}
