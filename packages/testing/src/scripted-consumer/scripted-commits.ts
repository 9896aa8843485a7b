import {
  type Clock,
  type CommittedOffset,
  type OffsetCommit,
  type PartitaError,
  partitionName,
} from '@partita/protocol'

/** What becomes of a commit. */
export interface CommitOutcome {
  readonly error?: PartitaError
  /** Milliseconds until the answer. */
  readonly delayMs?: number
}

/** What the group has committed, and what becomes of the commits to come. */
export class ScriptedCommits {
  /** Oldest first. */
  readonly acknowledged: (readonly OffsetCommit[])[] = []
  readonly #clock: Clock
  readonly #committed: Map<string, CommittedOffset>
  readonly #outcomes: CommitOutcome[] = []

  /** @param committed by partition name */
  constructor(clock: Clock, committed: Map<string, CommittedOffset>) {
    this.#clock = clock
    this.#committed = committed
  }

  /** By partition name. */
  committed(name: string): CommittedOffset | undefined {
    return this.#committed.get(name)
  }

  /** The outcome of the next commit that has none yet. */
  next(outcome: CommitOutcome): void {
    this.#outcomes.push(outcome)
  }

  /** @param check throws what the coordinator refuses the commit with when it comes to it */
  async commit(offsets: readonly OffsetCommit[], check: () => void): Promise<void> {
    const { error, delayMs = 0 } = this.#outcomes.shift() ?? {}
    if (delayMs > 0) await new Promise<void>((resolve) => this.#clock.setTimer(delayMs, resolve))
    if (error !== undefined) throw error
    check()
    for (const { topic, partition, offset, metadata } of offsets) {
      this.#committed.set(partitionName({ topic, partition }), { offset, metadata })
    }
    this.acknowledged.push(offsets)
  }
}
