import {
  toPartitaError,
  type Clock,
  type GroupMembership,
  type OffsetCommit,
  type PartitaError,
} from '@partita/protocol'
import type { News } from './hooks.ts'
import type { PartitionConsumer } from './partition-consumer.ts'
import { pause } from './wait.ts'

/** Between two tries of a commit that cannot wait for the next interval. (Java: `retry.backoff.ms`.) */
const retryMs = 100

/**
 * Commits what is finished: one commit at a time, and it counts when the coordinator has acknowledged it and not before. What
 * there is to commit is not remembered anywhere, but asked of the partitions each time: so a commit that failed, and what was
 * finished while one was under way, are part of the next.
 */
export class Committer {
  readonly #partitions: () => Iterable<PartitionConsumer>
  readonly #membership: () => GroupMembership | null
  readonly #clock: Clock
  readonly #news: News
  #underWay: Promise<PartitaError | null> | null = null
  #following: Promise<PartitaError | null> | null = null
  /** Commits that were refused or not answered. */
  failures = 0

  constructor(
    partitions: () => Iterable<PartitionConsumer>,
    membership: () => GroupMembership | null,
    clock: Clock,
    news: News,
  ) {
    this.#partitions = partitions
    this.#membership = membership
    this.#clock = clock
    this.#news = news
  }

  /** The commit that was sent and is not answered. */
  get underWay(): Promise<unknown> | null {
    return this.#underWay
  }

  /** Commits everything that is finished at this moment. Never rejects; gives what went wrong. */
  commit(): Promise<PartitaError | null> {
    if (this.#underWay === null) {
      this.#underWay = this.#commitOnce().finally(() => (this.#underWay = null))
      return this.#underWay
    }
    // The one under way may have been made up before what the caller wants committed was finished.
    this.#following ??= this.#underWay.then(() => {
      this.#following = null
      return this.commit()
    })
    return this.#following
  }

  /** For a last commit: tries again until it is acknowledged, refused for good, or `timeoutMs` are over. */
  async commitWithin(timeoutMs: number): Promise<void> {
    const until = this.#clock.monotonic() + timeoutMs
    for (;;) {
      const left = until - this.#clock.monotonic()
      const giveUp = pause(this.#clock, left)
      const error = await Promise.race([this.commit(), giveUp.over.then(() => 'late' as const)])
      giveUp.cancel()
      if (error === 'late') this.#news.warn(`The last commit was not acknowledged within ${timeoutMs} ms.`)
      if (error === null || error === 'late' || !error.retriable) return
      if (until - this.#clock.monotonic() <= retryMs) return
      await pause(this.#clock, retryMs).over
    }
  }

  async #commitOnce(): Promise<PartitaError | null> {
    const membership = this.#membership()
    if (membership === null) return null
    const batch: [PartitionConsumer, OffsetCommit][] = []
    for (const partition of this.#partitions()) {
      const offset = partition.uncommitted()
      if (offset !== null) batch.push([partition, offset])
    }
    if (batch.length === 0) return null
    const offsets = batch.map(([, offset]) => offset)
    try {
      await membership.commit(offsets)
    } catch (cause) {
      const error = toPartitaError(cause)
      this.failures += 1
      this.#news.warn(`A commit failed, and is tried again at the next occasion: ${error.message}`, error)
      return error
    }
    for (const [partition, offset] of batch) partition.acknowledge(offset)
    this.#news.tell('committed', offsets)
    return null
  }
}
