import type { Clock } from '@partita/protocol'
import type { BatchHeader } from '@partita/wire'

/** A batch that an idempotent producer wrote: what a retry of it is recognized by. */
interface RememberedBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  /** What the log answered for it: with `LogAppendTime` its timestamp, else -1. */
  readonly logAppendTime: number
}

interface ProducerState {
  epoch: number
  /** The last ones of this epoch, oldest first. Never empty. */
  batches: RememberedBatch[]
  lastSeenAt: number
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
  /** By producer id; those heard of last are at the end. */
  readonly #states: Map<number, ProducerState> = new Map()
  readonly #clock: Clock
  readonly #expireAfterMs: number

  constructor(clock: Clock, expireAfterMs: number) {
    this.#clock = clock
    this.#expireAfterMs = expireAfterMs
  }

  /** Whether a batch is the next one, one that is stored already, or neither. */
  check(header: BatchHeader): SequenceVerdict {
    const { producerId, producerEpoch, baseSequence } = header
    const state = this.#states.get(producerId)
    if (state === undefined) return { kind: 'next' }
    if (producerEpoch < state.epoch) {
      const message = `Producer ${producerId} is at epoch ${state.epoch}; ${producerEpoch} is over.`
      return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH', message }
    }
    if (producerEpoch > state.epoch) return expectSequence(header, 0)
    const lastSequence = sequenceAfter(baseSequence, header.lastOffsetDelta)
    const known = state.batches.find((one) => one.firstSequence === baseSequence && one.lastSequence === lastSequence)
    if (known !== undefined) return { kind: 'duplicate', ...known }
    return expectSequence(header, sequenceAfter(state.batches.at(-1)!.lastSequence, 1))
  }

  /** Remembers a batch that was appended. */
  record(header: BatchHeader, baseOffset: number, logAppendTime: number): void {
    const { producerId, producerEpoch: epoch, baseSequence } = header
    const state = this.#states.get(producerId)
    const batches = state !== undefined && state.epoch === epoch ? state.batches : []
    if (batches.length === rememberedBatches) batches.shift()
    const lastSequence = sequenceAfter(baseSequence, header.lastOffsetDelta)
    batches.push({ firstSequence: baseSequence, lastSequence, baseOffset, logAppendTime })
    if (state === undefined) this.#forgetExpired()
    this.#states.delete(producerId)
    this.#states.set(producerId, { epoch, batches, lastSeenAt: this.#clock.monotonic() })
  }

  #forgetExpired(): void {
    const before = this.#clock.monotonic() - this.#expireAfterMs
    for (const [producerId, { lastSeenAt }] of this.#states) {
      if (lastSeenAt >= before) return
      this.#states.delete(producerId)
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
