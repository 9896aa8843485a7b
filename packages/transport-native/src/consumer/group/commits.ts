import { PartitaError, partitionName, toPartitaError, type Clock, type OffsetCommit } from '@partita/protocol'
import { rest, retryBackoff } from '../retry.ts'
import type { Signal } from '../signal.ts'
import type { OffsetStore } from './group-offsets.ts'
import type { MemberIdentity } from './member-identity.ts'

export interface CommitSettings {
  readonly clock: Clock
  readonly groupId: string | undefined
  readonly member: MemberIdentity
  readonly offsets: OffsetStore
  /** Whether the member may commit for a partition, given by its name. */
  owns(partition: string): boolean
  /** Fires when the membership is over. */
  readonly ended: Signal<PartitaError>
  /** A refusal that is about the member rather than the commit. */
  refused(error: PartitaError): void
}

/** Attempts before the caller hears of a failure that may pass. */
const attempts = 4

/**
 * Commits, one after another: an older one that is tried again must not overtake a newer one. A coordinator takes a
 * commit for any partition from whoever is a member, also from one that no longer owns it: so that is refused here.
 */
export class Commits {
  readonly #settings: CommitSettings
  #last: Promise<void> = Promise.resolve()

  constructor(settings: CommitSettings) {
    this.#settings = settings
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const done = this.#last.then(() => this.#commit(offsets))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { clock, ended } = this.#settings
    const backoff = retryBackoff(clock)
    for (;;) {
      this.#checkOwned(offsets)
      if (offsets.length === 0) return
      const failure = await this.#try(offsets)
      if (failure === null) return
      const mayPass = failure.retriable && failure.code !== 'REBALANCE_IN_PROGRESS'
      backoff.failed()
      if (!mayPass || backoff.failures === attempts || ended.fired) throw failure
      await rest(clock, backoff.delayMs(), ended.promise)
    }
  }

  async #try(offsets: readonly OffsetCommit[]): Promise<PartitaError | null> {
    const { member, groupId, refused } = this.#settings
    const { generation } = member
    try {
      await this.#settings.offsets.commit(offsets)
      return null
    } catch (cause) {
      const error = toPartitaError(cause, { api: 'OffsetCommit', groupId })
      if (generation === member.generation && !member.joining) {
        refused(error)
        return error
      }
      // The group went on while the member did too: that the old generation is over says nothing about us.
      if (error.code !== 'ILLEGAL_GENERATION' || !member.joined) return error
      const text = 'The group went on to another generation while the commit was under way; commit again.'
      return new PartitaError('REBALANCE_IN_PROGRESS', text, { ...error.place, retriable: true, cause: error })
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
