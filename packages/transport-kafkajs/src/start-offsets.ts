import {
  partitionName,
  PartitaError,
  type AutoOffsetReset,
  type IsolationLevel,
  type TopicPartition,
} from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import type { Committed } from './committed-offsets.ts'
import { earliestOffset, latestOffset, listOffsets } from './list-offsets.ts'
import type { TopicMetadata } from './topic-metadata.ts'

export interface StartSettings {
  readonly groupId?: string | undefined
  readonly autoOffsetReset: AutoOffsetReset
  readonly isolationLevel: IsolationLevel
}

/** Where the fetching of a partition begins. Nothing is committed for that: kafkajs itself commits -1 or -2 to the group. */
export class StartOffsets {
  readonly #session: ClusterSession
  readonly #metadata: TopicMetadata
  readonly #settings: StartSettings

  constructor(session: ClusterSession, metadata: TopicMetadata, settings: StartSettings) {
    this.#session = session
    this.#metadata = metadata
    this.#settings = settings
  }

  /** At the committed offset; without one, where `autoOffsetReset` says. By {@link partitionName}. */
  async find(
    partitions: readonly TopicPartition[],
    committed: readonly Committed[],
  ): Promise<ReadonlyMap<string, number>> {
    const found = new Map(committed.map((each) => [partitionName(each), each.offset]))
    const open = partitions.filter((each) => !found.has(partitionName(each)))
    if (open.length === 0) return found
    const hasGroup = this.#settings.groupId !== undefined
    const why = hasGroup ? 'the group has no committed offset for it' : 'it was given no offset to begin at'
    return new Map([...found, ...(await this.#reset(open, why))])
  }

  /** For a partition whose log no longer has the offset. */
  async afterOutOfRange(position: TopicPartition): Promise<number> {
    const found = await this.#reset([position], 'its log does not have the offset to go on from')
    return found.get(partitionName(position))!
  }

  async #reset(partitions: readonly TopicPartition[], why: string): Promise<ReadonlyMap<string, number>> {
    const { groupId, autoOffsetReset, isolationLevel } = this.#settings
    if (autoOffsetReset === 'none') {
      const { topic, partition } = partitions[0]!
      const text =
        `${partitionName(partitions[0]!)} cannot be read on, for ${why}, and autoOffsetReset is none. ` +
        'Set the offset of the group, or autoOffsetReset to earliest or latest.'
      throw new PartitaError('OFFSET_OUT_OF_RANGE', text, {
        topic,
        partition,
        ...(groupId !== undefined && { groupId }),
      })
    }
    return listOffsets(this.#session, this.#metadata, {
      partitions,
      timestamp: autoOffsetReset === 'earliest' ? earliestOffset : latestOffset,
      readCommitted: isolationLevel === 'read_committed',
    })
  }
}
