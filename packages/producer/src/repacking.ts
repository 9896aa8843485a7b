import type { BatchRecord, PartitaError } from '@partita/protocol'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { Generation, Share } from './outstanding-records.ts'
import type { Receipt } from './receipts.ts'

/** Opens an empty batch of a given age, for parts of others. */
export type OpenPart = (createdAt: number) => OutgoingBatch

/** The records of a batch in two halves. Order and age are kept. */
export function splitBatch(batch: OutgoingBatch, open: OpenPart): OutgoingBatch[] {
  const parts = new Packer(batch.createdAt, open)
  const records = [...batch.records()]
  const generations = batch.generations()
  const half = Math.ceil(records.length / 2)
  for (const [index, receipt] of batch.receipts.takeApart(records.map(() => undefined)).entries()) {
    if (index === half) parts.startNew()
    parts.add(receipt, generations[index]!, records[index]!)
  }
  return parts.batches
}

/** What a sifting left, and what it took out. */
export interface Sifted {
  /** The batch itself where nothing was taken out. */
  readonly kept: readonly OutgoingBatch[]
  /** What records were rejected with, in order. */
  readonly errors: readonly PartitaError[]
  /** Those records by generation. */
  readonly shares: readonly Share[]
  /** Bytes of the buffer memory that became free. */
  readonly freed: number
}

/** Rejects, in order, the records of a batch for which there is an error. */
export function siftBatch(
  batch: OutgoingBatch,
  open: OpenPart,
  errorFor: (record: BatchRecord) => PartitaError | undefined,
): Sifted {
  const records = [...batch.records()]
  const errorOf = records.map(errorFor)
  const errors = errorOf.filter((error) => error !== undefined)
  if (errors.length === 0) return { kept: [batch], errors, shares: [], freed: 0 }
  const parts = new Packer(batch.createdAt, open)
  const receipts = batch.receipts.takeApart(errorOf).values()
  const shares: Share[] = []
  for (const [index, generation] of batch.generations().entries()) {
    if (errorOf[index] === undefined) parts.add(receipts.next().value!, generation, records[index]!)
    else shares.push({ generation, count: 1 })
  }
  return { kept: parts.batches, errors, shares, freed: batch.bytes - sumOfBytes(parts.batches) }
}

/** Bytes of the buffer memory that the batches hold together. */
export function sumOfBytes(batches: readonly OutgoingBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes, 0)
}

class Packer {
  readonly batches: OutgoingBatch[] = []
  readonly #createdAt: number
  readonly #open: OpenPart
  #last: OutgoingBatch | undefined

  constructor(createdAt: number, open: OpenPart) {
    this.#createdAt = createdAt
    this.#open = open
  }

  startNew(): void {
    this.#last = undefined
  }

  add(receipt: Receipt, generation: Generation, { timestamp, key, value, headers }: BatchRecord): void {
    if (this.#last === undefined || this.#last.append(generation, timestamp, key, value, headers) < 0) {
      this.#last = this.#open(this.#createdAt)
      this.#last.append(generation, timestamp, key, value, headers)
      this.batches.push(this.#last)
    }
    this.#last.receipts.put(receipt)
  }
}
