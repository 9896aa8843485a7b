import {
  partitionName,
  toPartitaError,
  type AssignedPartition,
  type Clock,
  type CommittedOffset,
  type GroupListener,
  type ManualPartition,
  type PartitaError,
  type TopicPartition,
} from '@partita/protocol'
import type { Fetcher } from './fetching/fetcher.ts'
import type { StartOffsets } from './fetching/start-offsets.ts'
import { drain } from './group/drain.ts'
import type { OffsetStore } from './group/group-offsets.ts'
import type { Round } from './group/round.ts'
import { rest, retryBackoff } from './retry.ts'
import type { Signal } from './signal.ts'

export interface OwnershipSettings {
  readonly clock: Clock
  readonly groupId: string | undefined
  /** How long partitions may take to be given up. */
  readonly drainLimitMs: number
  readonly listener: GroupListener
  readonly offsets: OffsetStore
  readonly starts: StartOffsets
  readonly fetcher: Fetcher
  readonly ended: Signal<PartitaError>
  /** A refusal that may be about the member rather than its offsets. */
  refused(error: PartitaError): void
  /** Makes a call of the listener, unless the membership is over. */
  tell(call: () => unknown): void
}

const noCommits: ReadonlyMap<string, CommittedOffset> = new Map()

/** Which partitions are ours, and how they come and go: told to the listener, fetched, drained, lost. */
export class Ownership {
  readonly #settings: OwnershipSettings
  /** Told to the listener and not given up, by name. */
  readonly #owned = new Map<string, TopicPartition>()
  #epoch = -1

  constructor(settings: OwnershipSettings) {
    this.#settings = settings
  }

  get partitions(): TopicPartition[] {
    return [...this.#owned.values()]
  }

  /** The group's generation; greater where the coordinator forgot the group and began to count anew. */
  get epoch(): number {
    return this.#epoch
  }

  has(name: string): boolean {
    return this.#owned.has(name)
  }

  /** The member is in this generation of the group. */
  reached(generation: number): void {
    this.#epoch = Math.max(this.#epoch, generation)
  }

  /**
   * Finds where each partition goes on, tells the listener, and begins to fetch; unless the group moves on meanwhile.
   */
  async take(added: readonly ManualPartition[], round: Round): Promise<void> {
    const { clock, groupId, offsets, starts, ended, refused } = this.#settings
    const moot = (): boolean => round.over || ended.fired
    const backoff = retryBackoff(clock)
    while (added.length > 0 && !moot()) {
      try {
        const asked = added.filter(({ offset }) => offset === undefined)
        const committed = asked.length === 0 ? noCommits : await offsets.fetch(asked)
        const open = asked.filter((each) => !committed.has(partitionName(each)))
        // One that cannot be found now is left to the fetcher: the others need not wait for its leader.
        const why =
          groupId === undefined ? 'it was given no offset to begin at' : 'the group has no committed offset for it'
        const found = await starts.find(open, why)
        if (!moot()) this.#assign(added, committed, found.offsets)
        return
      } catch (cause) {
        const error = toPartitaError(cause, { groupId })
        if (moot()) return
        refused(error)
        if (moot()) return
        if (!error.retriable) throw error
        backoff.failed()
        await rest(clock, backoff.delayMs(), Promise.race([round.end, ended.promise]))
      }
    }
  }

  /** Lets the listener drain the partitions, then counts them as gone. What is not drained in time is lost. */
  async giveUp(partitions: readonly TopicPartition[], round: Round): Promise<void> {
    const { clock, drainLimitMs, listener, fetcher, ended, tell } = this.#settings
    if (partitions.length === 0 || ended.fired) return
    fetcher.remove(partitions)
    let drained = Promise.resolve()
    tell(() => (drained = listener.revoked(partitions)))
    const overtaken = Promise.race([round.lost.promise, ended.promise])
    const outcome = await drain(drained, overtaken, { clock, ms: drainLimitMs })
    if (outcome === 'overtaken') return
    for (const each of partitions) this.#owned.delete(partitionName(each))
    if (outcome === 'late') tell(() => listener.lost(partitions))
  }

  /** Others may have them already. */
  loseAll(): void {
    const { listener, fetcher, tell } = this.#settings
    const lost = this.partitions
    if (lost.length === 0) return
    this.#owned.clear()
    fetcher.remove(lost)
    tell(() => listener.lost(lost))
  }

  #assign(
    added: readonly ManualPartition[],
    committed: ReadonlyMap<string, CommittedOffset>,
    starts: ReadonlyMap<string, number>,
  ): void {
    const { listener, fetcher, tell } = this.#settings
    const assigned: AssignedPartition[] = []
    const positions: (TopicPartition & { offset: number | null })[] = []
    for (const { topic, partition, offset } of added) {
      const name = partitionName({ topic, partition })
      const commit = committed.get(name) ?? null
      this.#owned.set(name, { topic, partition })
      assigned.push({ topic, partition, committed: commit })
      positions.push({ topic, partition, offset: offset ?? commit?.offset ?? starts.get(name) ?? null })
    }
    tell(() => listener.assigned(assigned, this.#epoch))
    fetcher.add(positions)
  }
}
