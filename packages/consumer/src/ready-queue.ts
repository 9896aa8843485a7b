import type { Lane } from './lane.ts'

/** Lanes whose first record may start, first come first served. Both ends cost the same however many there are. */
export class ReadyQueue {
  #first: Lane | null = null
  #last: Lane | null = null

  /** Puts a lane at the end. One that is ready already stands in the queue, and must not come in twice. */
  push(lane: Lane): void {
    lane.state = 'ready'
    if (this.#last === null) this.#first = lane
    else this.#last.nextReady = lane
    this.#last = lane
  }

  /** The next lane that has a record; those that were emptied meanwhile are passed over. */
  take(): Lane | null {
    for (;;) {
      const lane = this.#first
      if (lane === null) return null
      this.#first = lane.nextReady
      if (this.#first === null) this.#last = null
      lane.nextReady = null
      if (lane.head !== null) return lane
      lane.state = 'idle'
    }
  }
}
