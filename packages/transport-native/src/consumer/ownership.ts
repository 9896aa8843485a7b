import {
  partitionName,
  toPartitaError,
  type AssignedPartition,
  type Clock,
  type CommittedOffset,
  type GroupListener,
  type PartitaError,
  type SubscribeOptions,
  type TopicPartition,
} from '@partita/protocol'
import type { Fetcher } from './fetching/fetcher.ts'
import type { StartOffsets } from './fetching/start-offsets.ts'
import { drain, drainLimitMs } from './group/drain.ts'
import type { GroupOffsets } from './group/group-offsets.ts'
import type { Round } from './group/round.ts'
import { rest, retryBackoff } from './retry.ts'
import type { Signal } from './signal.ts'

export interface OwnershipSettings {
  readonly clock: Clock
  readonly options: SubscribeOptions
  readonly listener: GroupListener
  readonly offsets: GroupOffsets
  readonly starts: StartOffsets
  readonly fetcher: Fetcher
  readonly ended: Signal<PartitaError>
  /** Makes a call of the listener, unless the membership is over. */
  tell(call: () => unknown): void
}

/** Which partitions are ours, and how they come and go: told to the listener, fetched, drained, lost. */
export class Ownership {
  readonly #settings: OwnershipSettings
  /** Told to the listener and not given up, by name. */
  readonly #owned = new Map<string, TopicPartition>()
  #epoch = -1
  #toldEpoch = -1

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
  async take(added: readonly TopicPartition[], round: Round): Promise<void> {
    const { clock, offsets, starts, ended, options } = this.#settings
    const moot = (): boolean => round.over || ended.fired
    const backoff = retryBackoff(clock)
    while (added.length > 0 && !moot()) {
      try {
        const committed = await offsets.fetch(added)
        const open = added.filter((each) => !committed.has(partitionName(each)))
        // One that cannot be found now is left to the fetcher: the others need not wait for its leader.
        const found = await starts.find(open, 'the group has no committed offset for it')
        if (!moot()) this.#assign(added, committed, found.offsets)
        return
      } catch (cause) {
        const error = toPartitaError(cause, { groupId: options.groupId })
        if (moot()) return
        if (!error.retriable) throw error
        backoff.failed()
        await rest(clock, backoff.delayMs(), Promise.race([round.end, ended.promise]))
      }
    }
  }

  /** Lets the listener drain the partitions, then counts them as gone. What is not drained in time is lost. */
  async giveUp(partitions: readonly TopicPartition[], round: Round): Promise<void> {
    const { clock, options, listener, fetcher, ended, tell } = this.#settings
    if (partitions.length === 0 || ended.fired) return
    fetcher.remove(partitions)
    let drained = Promise.resolve()
    tell(() => (drained = listener.revoked(partitions)))
    const overtaken = Promise.race([round.lost.promise, ended.promise])
    const outcome = await drain(drained, overtaken, { clock, ms: drainLimitMs(options) })
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
    added: readonly TopicPartition[],
    committed: ReadonlyMap<string, CommittedOffset>,
    starts: ReadonlyMap<string, number>,
  ): void {
    const { listener, fetcher, tell } = this.#settings
    this.#epoch = Math.max(this.#epoch, this.#toldEpoch + 1)
    this.#toldEpoch = this.#epoch
    const assigned: AssignedPartition[] = []
    const positions: (TopicPartition & { offset: number | null })[] = []
    for (const { topic, partition } of added) {
      const name = partitionName({ topic, partition })
      const commit = committed.get(name) ?? null
      this.#owned.set(name, { topic, partition })
      assigned.push({ topic, partition, committed: commit })
      positions.push({ topic, partition, offset: commit?.offset ?? starts.get(name) ?? null })
    }
    tell(() => listener.assigned(assigned, this.#epoch))
    fetcher.add(positions)
  }
}
