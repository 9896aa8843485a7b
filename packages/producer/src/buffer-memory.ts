import { type Bytes, type Clock, PartitaError } from '@partita/protocol'
import type { PartitionQueue } from './partition-queue.ts'
import { WaitingLine, type Waiting } from './waiting-line.ts'

/** A record that waits for memory. Its partition is chosen already. */
export interface MemoryWaiter extends Waiting {
  readonly queue: PartitionQueue
  readonly key: Bytes | null
  /** Bytes it will take, by estimate. */
  readonly size: number
  /** It is its turn: there is room. */
  admit(): void
}

/**
 * The bytes of all batches without a result, and the line of those for whom there is no room. Strictly first come, first
 * served, so that no record overtakes another of its partition. (Java: `BufferPool`.)
 */
export class BufferMemory {
  /** May pass the limit by what one record turned out to be more than its estimate. */
  used = 0
  readonly waiting: WaitingLine<MemoryWaiter>
  readonly #limit: number

  constructor(limit: number, maxBlockMs: number, clock: Clock) {
    this.#limit = limit
    this.waiting = new WaitingLine(clock, ({ queue }) => exhausted(queue, limit, maxBlockMs))
  }

  /** Whether a record may be taken now, without waiting and without overtaking anybody. */
  hasRoom(size: number): boolean {
    return this.used + size <= this.#limit && this.waiting.size === 0
  }

  /** Counts bytes in; negative: out, without letting anybody in for them. */
  take(bytes: number): void {
    this.used += bytes
  }

  /** Gives bytes back and lets in whom there is room for. Call it last: those who are let in go on at once. */
  release(bytes: number): void {
    this.used -= bytes
    if (this.waiting.size === 0) return
    for (const waiter of this.waiting) {
      if (this.used + waiter.size > this.#limit) return
      this.waiting.remove(waiter)
      waiter.admit()
    }
  }

  /** Sends away, in order, those for whom there is an error. */
  evict(errorFor: (waiter: MemoryWaiter) => PartitaError | undefined): void {
    for (const waiter of this.waiting) {
      const error = errorFor(waiter)
      if (error === undefined) continue
      this.waiting.remove(waiter)
      waiter.fail(error)
    }
  }
}

function exhausted({ topic, partition }: PartitionQueue, limit: number, maxBlockMs: number): PartitaError {
  return new PartitaError(
    'BUFFER_EXHAUSTED',
    `bufferMemory (${limit} bytes) stayed full for maxBlockMs (${maxBlockMs} ms). The brokers take less than is sent: ` +
      'send less at a time (await the sends), or raise bufferMemory.',
    { api: 'send', topic, partition, retriable: true },
  )
}
