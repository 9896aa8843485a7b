import { partitionName, PartitaError, reasonOf, toPartitaError, type Clock, type OffsetCommit } from '@partita/protocol'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { Signal } from './signal.ts'
import { Backoff, pause } from './waiting.ts'

export interface CommitSettings {
  readonly groupId: string
  /** Whether the member may still commit for a partition, given by its name. */
  owns(partition: string): boolean
  /** Fires when the membership is over. */
  readonly ended: Signal<PartitaError | undefined>
  /** The coordinator's answer says that the member has to join again. */
  rebalancing(): void
  /** The coordinator's answer says that the member has lost its partitions. */
  lost(error: PartitaError): void
}

/** Attempts before the caller hears of a failure that may pass. */
const attempts = 4

/**
 * Commits, one after another: an older one that is tried again must not overtake a newer one. A coordinator takes a
 * commit for any partition from anyone who is a member, also from one that has lost it: so it is refused here.
 */
export class OffsetCommits {
  readonly #clock: Clock
  readonly #group: GroupCoordinator
  readonly #settings: CommitSettings
  readonly #backoff: Backoff
  #last: Promise<void> = Promise.resolve()

  constructor(clock: Clock, group: GroupCoordinator, settings: CommitSettings) {
    this.#clock = clock
    this.#group = group
    this.#settings = settings
    this.#backoff = new Backoff(clock, 100, 1_000)
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const done = this.#last.then(() => this.#commit(offsets))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { groupId, ended } = this.#settings
    for (let attempt = 1; ; attempt++) {
      this.#checkOwned(offsets)
      if (offsets.length === 0) return
      try {
        await this.#group.commit(offsets)
        this.#backoff.reset()
        return
      } catch (error) {
        const failure = this.#heed(toPartitaError(error, { api: 'OffsetCommit', groupId }))
        const waits = failure.retriable && failure.code !== 'REBALANCE_IN_PROGRESS'
        if (!waits || attempt === attempts || ended.fired) throw failure
        await pause(this.#clock, this.#backoff.next(), ended.promise)
      }
    }
  }

  /** Passes on what a refusal says about the membership. */
  #heed(failure: PartitaError): PartitaError {
    switch (failure.code) {
      case 'REBALANCE_IN_PROGRESS': {
        this.#settings.rebalancing()
        const { code, place } = failure
        return new PartitaError(code, reasonOf(failure), { ...place, retriable: true, cause: failure })
      }
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        this.#settings.lost(failure)
        return failure
      default:
        return failure
    }
  }

  #checkOwned(offsets: readonly OffsetCommit[]): void {
    const { groupId, ended, owns } = this.#settings
    if (ended.fired) throw new PartitaError('CLOSED', 'The member has left its group.', { groupId })
    const strange = offsets.find((each) => !owns(partitionName(each)))
    if (strange === undefined) return
    const { topic, partition } = strange
    const text = 'The partition is not (or no longer) assigned to this member; another one may have gone on from there.'
    throw new PartitaError('PARTITION_LOST', text, { api: 'OffsetCommit', topic, partition, groupId })
  }
}
