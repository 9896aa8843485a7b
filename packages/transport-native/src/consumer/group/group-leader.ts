import { PartitaError, toPartitaError, type Timer } from '@partita/protocol'
import { decodeSubscription, encodeAssignment, type joinGroupApi, type ResponseOf } from '@partita/wire'
import type { GroupMemberView, PartitionCounts } from '../assignors/assignor.ts'
import type { OfferedAssignors } from '../assignors/assignors.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { byTopic } from '../by-topic.ts'

/** How often a leader looks whether topics have grown. (Java: `metadata.max.age.ms`.) */
const lookEveryMs = 300_000

/** Errors by which a topic has no partitions to deal out, as far as we can see. */
const unseen: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'])

export interface GroupLeaderSettings {
  readonly cluster: Cluster
  readonly groupId: string
  /** Topics of this member. */
  readonly topics: readonly string[]
  readonly assignors: OfferedAssignors
  readonly signal: AbortSignal
  /** Topics have more (or fewer) partitions than were dealt out. */
  readonly grown: () => void
}

type JoinedMember = ResponseOf<typeof joinGroupApi>['members'][number]

/** What a member does besides where its group has made it the leader: deals out, and watches whether topics grow. */
export class GroupLeader {
  readonly #settings: GroupLeaderSettings
  #watch: Timer | undefined

  constructor(settings: GroupLeaderSettings) {
    this.#settings = settings
  }

  /** Stops watching. */
  stepDown(): void {
    this.#watch?.cancel()
    this.#watch = undefined
  }

  /** Everyone's partitions, encoded for SyncGroup. */
  async assign(
    protocolName: string | null,
    joined: readonly JoinedMember[],
  ): Promise<{ memberId: string; assignment: Uint8Array }[]> {
    const assignor = this.#settings.assignors.chosen(protocolName)
    if (assignor === undefined) {
      const text = `The group chose the assignor ${protocolName}, which this member did not offer.`
      throw new PartitaError('INCONSISTENT_GROUP_PROTOCOL', text, { groupId: this.#settings.groupId })
    }
    const subscriptions = joined.map(({ metadata }) => decodeSubscription(metadata))
    const members = joined.map(({ memberId, groupInstanceId }, index): GroupMemberView => {
      const { topics, ownedPartitions, generationId } = subscriptions[index]!
      const owned = ownedPartitions.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      )
      return { memberId, groupInstanceId, topics, owned, generation: generationId }
    })
    const counts = await this.#counts(new Set(members.flatMap(({ topics }) => topics)))
    this.#lookAgainLater(counts)
    const assignment = assignor.assign(members, counts)
    return members.map(({ memberId }, index) => {
      const assignedPartitions = Array.from(byTopic(assignment.get(memberId) ?? []), ([topic, of]) => ({
        topic,
        partitions: of.map(({ partition }) => partition),
      }))
      // Each member reads the version that it wrote itself.
      const version = Math.min(subscriptions[index]!.version, 3)
      return { memberId, assignment: encodeAssignment(version, { assignedPartitions }) }
    })
  }

  async #counts(topics: Iterable<string>, refresh = false): Promise<PartitionCounts> {
    const counts = new Map<string, number>()
    await Promise.all(Array.from(topics, async (topic) => counts.set(topic, await this.#countOf(topic, refresh))))
    return counts
  }

  async #countOf(topic: string, refresh: boolean): Promise<number> {
    const { cluster, topics, signal } = this.#settings
    try {
      return (await cluster.topic(topic, { refresh, signal })).partitions.length
    } catch (error) {
      const { code } = toPartitaError(error)
      const mayBeUnseen = unseen.has(code) || (code === 'TOPIC_AUTHORIZATION_FAILED' && !topics.includes(topic))
      if (mayBeUnseen) return 0
      throw error
    }
  }

  #lookAgainLater(dealt: PartitionCounts): void {
    this.stepDown()
    this.#watch = this.#settings.cluster.clock.setTimer(lookEveryMs, () => void this.#look(dealt))
  }

  async #look(dealt: PartitionCounts): Promise<void> {
    const watch = this.#watch
    let grown = false
    try {
      const counts = await this.#counts(dealt.keys(), true)
      grown = [...counts].some(([topic, count]) => count !== dealt.get(topic))
    } catch {
      // The next look will tell.
    }
    if (watch !== this.#watch || this.#settings.signal.aborted) return
    if (grown) this.#settings.grown()
    else this.#lookAgainLater(dealt)
  }
}
