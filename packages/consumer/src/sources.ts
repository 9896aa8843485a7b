import type { Lane } from './lane.ts'
import type { PartitionConsumer } from './partition-consumer.ts'

/** Records sorted of one partition before it is another one's turn. */
const turn = 16

/** The partitions that have records to sort into lanes, by turns. */
export class Sources {
  readonly #waiting: PartitionConsumer[] = []
  /** Whose turn it is, and how many records it has left. */
  #current: PartitionConsumer | null = null
  #left = 0

  /** A partition may have become sortable: records came, or room was made. */
  add(partition: PartitionConsumer): void {
    if (partition.queued || !partition.canSort()) return
    partition.queued = true
    this.#waiting.push(partition)
  }

  /** Sorts records into their lanes until one came into a lane that was idle, and gives that. `null`: none does now. */
  nextIdleLane(): Lane | null {
    for (;;) {
      const partition = this.#current
      if (partition === null) {
        if (!this.#begin()) return null
        continue
      }
      while (this.#left > 0 && partition.canSort()) {
        this.#left -= 1
        const lane = partition.sortNext()
        if (lane !== null && lane.state === 'idle') return lane
      }
      this.#current = null
      partition.queued = false
      this.add(partition)
    }
  }

  #begin(): boolean {
    const partition = this.#waiting.shift()
    if (partition === undefined) return false
    this.#current = partition
    this.#left = turn
    return true
  }
}
