import type { PartitionConsumer } from './partition-consumer.ts'
import type { ReadyQueue } from './ready-queue.ts'

/** Records sorted of one partition before it is another one's turn. */
const turn = 16

/** The partitions that have records to sort into lanes, by turns. */
export class Sources {
  readonly #waiting: PartitionConsumer[] = []
  readonly #ready: ReadyQueue

  /** @param ready gets the lanes that have something to run */
  constructor(ready: ReadyQueue) {
    this.#ready = ready
  }

  /** A partition may have become sortable: records came, or room was made. */
  add(partition: PartitionConsumer): void {
    if (partition.queued || !partition.canSort()) return
    partition.queued = true
    this.#waiting.push(partition)
  }

  /** Sorts some records of the next partition into their lanes. `false`: nothing can be sorted now. */
  sortSome(): boolean {
    const partition = this.#waiting.shift()
    if (partition === undefined) return false
    partition.queued = false
    for (let i = 0; i < turn && partition.canSort(); i++) {
      const lane = partition.sortNext()
      if (lane?.state === 'idle') this.#ready.push(lane)
    }
    this.add(partition)
    return true
  }
}
