import { partitionName, PartitaError, type FetchOptions, type TopicPartition } from '@partita/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { earliestOffset, latestOffset, listOffsets, type ListedOffsets } from './list-offsets.ts'

export interface StartOptions extends Pick<FetchOptions, 'autoOffsetReset' | 'isolationLevel'> {
  /** For messages. */
  readonly groupId: string | undefined
}

/** Where a partition is to be read from when its offset is not known, or no longer there: by `autoOffsetReset`. */
export class StartOffsets {
  readonly #cluster: Cluster
  readonly #options: StartOptions
  readonly #signal: AbortSignal

  constructor(cluster: Cluster, options: StartOptions, signal: AbortSignal) {
    this.#cluster = cluster
    this.#options = options
    this.#signal = signal
  }

  /**
   * Asks once. `why` says what is the matter with the partitions, for the error.
   * @throws PartitaError `OFFSET_OUT_OF_RANGE` naming a partition, where the policy is `none`
   */
  find(partitions: readonly TopicPartition[], why: string): Promise<ListedOffsets> {
    this.checkMayReset(partitions, why)
    const { autoOffsetReset, isolationLevel } = this.#options
    return listOffsets(this.#cluster, {
      partitions,
      timestamp: autoOffsetReset === 'earliest' ? earliestOffset : latestOffset,
      readCommitted: isolationLevel === 'read_committed',
      signal: this.#signal,
    })
  }

  /** Throws where the policy is `none`: nobody but the application may say where to go on. */
  checkMayReset(partitions: readonly TopicPartition[], why: string): void {
    const first = partitions[0]
    if (first === undefined || this.#options.autoOffsetReset !== 'none') return
    const text =
      `${partitionName(first)} cannot be read on, for ${why}, and autoOffsetReset is none. ` +
      'Commit an offset for the group, or set autoOffsetReset to earliest or latest.'
    const { topic, partition } = first
    throw new PartitaError('OFFSET_OUT_OF_RANGE', text, { topic, partition, groupId: this.#options.groupId })
  }
}
