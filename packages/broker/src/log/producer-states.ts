import type { Clock } from '@partita/protocol'
import type { BatchHeader } from '@partita/wire'

/** A batch that an idempotent producer wrote: what a retry of it is recognized by. */
interface RememberedBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  /** The latest of its records: what a retry is told as its append time, whatever the topic says. (Java: `BatchMetadata`.) */
  readonly logAppendTime: number
}

interface ProducerState {
  readonly epoch: number
  /** The last ones of this epoch, oldest first. Empty where a transaction's marker brought the epoch. */
  readonly batches: RememberedBatch[]
  /** The latest timestamp of what it wrote last. */
  readonly lastTimestamp: number
  /** Of the transaction coordinator, as the last marker told it; -1 without one. */
  readonly coordinatorEpoch: number
  readonly lastSeenAt: number
}

/** A producer as `DescribeProducers` shows it. */
export interface ActiveProducer {
  readonly producerId: number
  readonly producerEpoch: number
  /** -1 where it wrote nothing in this epoch. */
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
}

export type SequenceVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly logAppendTime: number }
  | { readonly kind: 'refused'; readonly error: SequenceError; readonly message: string }

export type SequenceError = 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER'

/** How many batches of a producer can be retried: as many as a producer may have in flight. (Java's constant.) */
const rememberedBatches = 5

/** What the idempotent producers of one partition have written (KIP-98), so that a retry is stored once. */
export class ProducerStates {
  /** By producer id; those heard of last are at the end. Made for the first, as most logs wait for one. */
  #states: Map<number, ProducerState> | undefined
  readonly #clock: Clock
  readonly #expireAfterMs: number

  constructor(clock: Clock, expireAfterMs: number) {
    this.#clock = clock
    this.#expireAfterMs = expireAfterMs
  }

  /** Whether a batch is the next one, one that is stored already, or neither. */
  check(header: BatchHeader): SequenceVerdict {
    const { producerId, producerEpoch, baseSequence } = header
    const state = this.#states?.get(producerId)
    if (state === undefined) return { kind: 'next' }
    if (producerEpoch < state.epoch) {
      const message = `Producer ${producerId} is at epoch ${state.epoch}; ${producerEpoch} is over.`
      return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH', message }
    }
    if (producerEpoch > state.epoch) return expectSequence(header, 0)
    const lastSequence = sequenceAfter(baseSequence, header.lastOffsetDelta)
    const known = state.batches.find((one) => one.firstSequence === baseSequence && one.lastSequence === lastSequence)
    if (known !== undefined) return { kind: 'duplicate', ...known }
    const last = state.batches.at(-1)
    return expectSequence(header, last === undefined ? 0 : sequenceAfter(last.lastSequence, 1))
  }

  /**
   * Whether a batch is the last that a producer wrote, or the last marker of one that wrote nothing in its epoch: with it
   * what is known of the producer would be gone after a restart. (Java: `LogCleaner`'s `isBatchLastRecordOfProducer`.)
   */
  isLast({ producerId, producerEpoch, baseOffset, isControl }: BatchHeader): boolean {
    const state = this.#states?.get(producerId)
    if (state === undefined) return false
    const last = state.batches.at(-1)
    return last === undefined ? isControl && producerEpoch === state.epoch : last.baseOffset === baseOffset
  }

  /** Remembers a batch that was appended. */
  record(header: BatchHeader, baseOffset: number, logAppendTime: number): void {
    const { producerId, producerEpoch: epoch, baseSequence } = header
    const state = this.#states?.get(producerId)
    const batches = state !== undefined && state.epoch === epoch ? state.batches : []
    if (batches.length === rememberedBatches) batches.shift()
    const lastSequence = sequenceAfter(baseSequence, header.lastOffsetDelta)
    batches.push({ firstSequence: baseSequence, lastSequence, baseOffset, logAppendTime })
    this.#put(producerId, epoch, batches, header.maxTimestamp, state?.coordinatorEpoch ?? -1)
  }

  /** A transaction's marker was appended. Where its epoch is a new one, the epochs before it are over. */
  recordMarker({ producerId, producerEpoch: epoch, maxTimestamp }: BatchHeader, coordinatorEpoch: number): void {
    const state = this.#states?.get(producerId)
    const batches = state !== undefined && state.epoch === epoch ? state.batches : []
    this.#put(producerId, epoch, batches, maxTimestamp, coordinatorEpoch)
  }

  /** Those heard of within the time of expiration, the latest last. */
  *all(): Generator<ActiveProducer, void, undefined> {
    this.#forgetExpired()
    for (const [producerId, { epoch, batches, lastTimestamp, coordinatorEpoch }] of this.#states ?? []) {
      const lastSequence = batches.at(-1)?.lastSequence ?? -1
      yield { producerId, producerEpoch: epoch, lastSequence, lastTimestamp, coordinatorEpoch }
    }
  }

  #put(
    producerId: number,
    epoch: number,
    batches: RememberedBatch[],
    lastTimestamp: number,
    coordinatorEpoch: number,
  ): void {
    const states = (this.#states ??= new Map())
    if (!states.delete(producerId)) this.#forgetExpired()
    const lastSeenAt = this.#clock.monotonic()
    states.set(producerId, { epoch, batches, lastTimestamp, coordinatorEpoch, lastSeenAt })
  }

  #forgetExpired(): void {
    const before = this.#clock.monotonic() - this.#expireAfterMs
    for (const [producerId, { lastSeenAt }] of this.#states ?? []) {
      if (lastSeenAt >= before) return
      this.#states?.delete(producerId)
    }
  }
}

function expectSequence({ producerId, producerEpoch, baseSequence }: BatchHeader, expected: number): SequenceVerdict {
  if (baseSequence === expected) return { kind: 'next' }
  const message =
    `Producer ${producerId} (epoch ${producerEpoch}) sent sequence ${baseSequence}; ` +
    `${expected} is next, and it is none of its last ${rememberedBatches} batches.`
  return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message }
}

/** Sequences go from 0 to 2^31 - 1 and then begin anew. */
function sequenceAfter(sequence: number, steps: number): number {
  return (sequence + steps) % 0x80000000
}
