import type { Clock } from '@partita/protocol'
import type { GroupCoordinator } from './group-coordinator.ts'

/** Java: `metadata.max.age.ms`. */
const everyMs = 300_000

/** Where the member leads its group: looks now and then whether a topic has more partitions than were dealt out. */
export class PartitionWatch {
  readonly #clock: Clock
  readonly #group: GroupCoordinator
  readonly #grown: () => void
  #lookedAt: number

  constructor(clock: Clock, group: GroupCoordinator, grown: () => void) {
    this.#clock = clock
    this.#group = group
    this.#grown = grown
    this.#lookedAt = clock.monotonic()
  }

  /** To be called often; looks when it is time. */
  look(): void {
    const dealt = this.#group.dealtCounts
    const now = this.#clock.monotonic()
    if (dealt === undefined || now - this.#lookedAt < everyMs) return
    this.#lookedAt = now
    void this.#compare(dealt)
  }

  async #compare(dealt: ReadonlyMap<string, number>): Promise<void> {
    try {
      const counts = await this.#group.partitionCounts([...dealt.keys()])
      // Compared with what was dealt then: a rebalance meanwhile has seen to it already.
      if (dealt !== this.#group.dealtCounts) return
      if ([...counts].some(([topic, count]) => count !== dealt.get(topic))) this.#grown()
    } catch {
      // The next look will tell.
    }
  }
}
