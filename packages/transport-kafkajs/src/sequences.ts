import { partitionName, type PartitaError, type SealedBatch } from '@partita/protocol'

/** Who the broker takes us for: what it stores of us is told apart by these and the sequence. */
export interface ProducerIdentity {
  readonly producerId: string
  readonly producerEpoch: number
}

/** What a batch carries so that the broker stores it once, however often it arrives. */
export interface Stamp extends ProducerIdentity {
  readonly firstSequence: number
}

/** One partition's sequence under one identity. */
interface Line {
  readonly identity: ProducerIdentity
  /** The sequence of the next new batch. */
  next: number
  /** A batch of unknown fate was given up: nothing may be numbered here any more. */
  closed: boolean
}

interface Numbered {
  readonly line: Line
  readonly firstSequence: number
  /** Some attempt may have stored it. */
  maybeStored: boolean
}

/** How to go on after the broker refused a stamp. */
export type StampVerdict = 'stored' | 'send-again' | 'unknown'

const largestSequence = 0x7fff_ffff

/**
 * Numbers the batches of each partition.
 *
 * A batch keeps its number through all attempts, so that the broker recognises it. A number is used for another batch
 * only when this one is known not to be stored. Where that is *not* known and the batch is given up (`abandon`), its
 * number must never be seen again with other records behind it: the broker would take them for a repetition,
 * acknowledge them, and store nothing. The partition then goes on under a new identity.
 */
export class Sequences {
  readonly #newIdentity: () => Promise<ProducerIdentity>
  readonly #lines = new Map<string, Line>()
  readonly #numbered = new WeakMap<SealedBatch, Numbered>()
  #latest: Promise<ProducerIdentity> | undefined
  #latestValue: ProducerIdentity | undefined

  constructor(newIdentity: () => Promise<ProducerIdentity>) {
    this.#newIdentity = newIdentity
  }

  /** The stamp of a batch: the same at each attempt. Rejects where the cluster gives no identity. */
  async stamp(batch: SealedBatch): Promise<Stamp> {
    let numbered = this.#numbered.get(batch)
    if (numbered === undefined || numbered.line.closed) {
      const line = await this.#openLine(partitionName(batch))
      numbered = { line, firstSequence: line.next, maybeStored: false }
      this.#numbered.set(batch, numbered)
    }
    return { ...numbered.line.identity, firstSequence: numbered.firstSequence }
  }

  stored(batch: SealedBatch): void {
    const numbered = this.#numbered.get(batch)
    if (numbered === undefined) return
    numbered.line.next = following(numbered.firstSequence, batch.count)
    this.#numbered.delete(batch)
  }

  /** A write failed; the batch may be sent again. */
  failed(batch: SealedBatch, error: PartitaError): void {
    const numbered = this.#numbered.get(batch)
    if (numbered !== undefined && error.ambiguous) numbered.maybeStored = true
  }

  /** Decides what an answer about the stamp itself means, and prepares the next attempt. */
  refused(batch: SealedBatch, code: PartitaError['code']): StampVerdict | undefined {
    const numbered = this.#numbered.get(batch)
    if (numbered === undefined) return undefined
    switch (code) {
      case 'DUPLICATE_SEQUENCE_NUMBER':
        // The broker has it, from an attempt so long ago that it no longer knows the offset. Java takes it for success.
        return 'stored'
      case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
        // The log ends before our number, so neither this batch nor an earlier attempt of it is in the log: the broker
        // has lost what it had acknowledged before. With a new identity the batch can be stored.
        return this.#leave(batch, numbered)
      case 'UNKNOWN_PRODUCER_ID':
      case 'INVALID_PRODUCER_EPOCH':
      case 'INVALID_PRODUCER_ID_MAPPING':
      case 'PRODUCER_FENCED':
        // The broker has forgotten us, and with us whether it has the batch.
        return numbered.maybeStored ? 'unknown' : this.#leave(batch, numbered)
      default:
        return undefined
    }
  }

  /** The batch will not be sent again. */
  abandon(batch: SealedBatch): void {
    const numbered = this.#numbered.get(batch)
    if (numbered?.maybeStored === true) numbered.line.closed = true
    this.#numbered.delete(batch)
  }

  #leave(batch: SealedBatch, numbered: Numbered): StampVerdict {
    numbered.line.closed = true
    this.#numbered.delete(batch)
    return 'send-again'
  }

  async #openLine(partition: string): Promise<Line> {
    const present = this.#lines.get(partition)
    if (present !== undefined && !present.closed) return present
    const identity = await this.#identityOtherThan(present?.identity)
    const line: Line = { identity, next: 0, closed: false }
    this.#lines.set(partition, line)
    return line
  }

  /**
   * All partitions share the latest identity; one that must leave its own takes the latest where that is another one.
   * It cannot have used that before: a partition only ever moves on.
   */
  async #identityOtherThan(left: ProducerIdentity | undefined): Promise<ProducerIdentity> {
    if (this.#latest === undefined || (left !== undefined && left === this.#latestValue)) {
      this.#latestValue = undefined
      this.#latest = this.#fetchIdentity()
    }
    return this.#latest
  }

  async #fetchIdentity(): Promise<ProducerIdentity> {
    try {
      this.#latestValue = await this.#newIdentity()
      return this.#latestValue
    } catch (error) {
      this.#latest = undefined
      throw error
    }
  }
}

/** Sequences go on at 0 after 2^31 - 1. */
function following(first: number, count: number): number {
  return first > largestSequence - count ? count - (largestSequence - first) - 1 : first + count
}
