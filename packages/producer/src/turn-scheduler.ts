import type { Clock } from '@partita/protocol'
import type { PartitionQueue } from './partition-queue.ts'

/**
 * Collects the queues that something happened to, and starts them together at the end of the turn of the event loop: what
 * is sent in one turn travels in one batch, and what goes to one broker can travel in one request.
 */
export class TurnScheduler {
  readonly #clock: Clock
  readonly #start: (queue: PartitionQueue, now: number) => void
  #due: PartitionQueue[] = []

  constructor(clock: Clock, start: (queue: PartitionQueue, now: number) => void) {
    this.#clock = clock
    this.#start = start
  }

  add(queue: PartitionQueue): void {
    if (queue.scheduled) return
    queue.scheduled = true
    if (this.#due.push(queue) === 1) this.#clock.defer(this.#run)
  }

  readonly #run = (): void => {
    const due = this.#due
    this.#due = []
    const now = this.#clock.monotonic()
    for (const queue of due) {
      queue.scheduled = false
      this.#start(queue, now)
    }
  }
}
