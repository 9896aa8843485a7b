import type { BatchRecord, PartitaError } from '@partita/protocol'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { PendingRecord } from './outstanding-records.ts'

/** Opens an empty batch of a given age. */
export type OpenBatch = (createdAt: number) => OutgoingBatch

/** The records of a batch in two halves. Order and age are kept. */
export function splitBatch(batch: OutgoingBatch, open: OpenBatch): OutgoingBatch[] {
  const parts = new Packer(batch.createdAt, open)
  const pending = batch.pending()
  const half = Math.ceil(pending.length / 2)
  let index = 0
  for (const record of batch.records()) {
    if (index === half) parts.startNew()
    parts.add(pending[index++]!, record)
  }
  return parts.batches
}

/**
 * Takes out of a batch the records for which there is an error, in order.
 * @returns what stays: the batch itself where nothing was taken out
 */
export function siftBatch(
  batch: OutgoingBatch,
  open: OpenBatch,
  errorFor: (record: BatchRecord) => PartitaError | undefined,
  reject: (record: PendingRecord, error: PartitaError) => void,
): OutgoingBatch[] {
  const errors = Array.from(batch.records(), errorFor)
  if (errors.every((error) => error === undefined)) return [batch]
  const kept = new Packer(batch.createdAt, open)
  const pending = batch.pending()
  let index = 0
  for (const record of batch.records()) {
    const error = errors[index]
    const waiting = pending[index++]!
    if (error === undefined) kept.add(waiting, record)
    else reject(waiting, error)
  }
  return kept.batches
}

/** Bytes of the buffer memory that the batches hold together. */
export function sumOfBytes(batches: readonly OutgoingBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes, 0)
}

class Packer {
  readonly batches: OutgoingBatch[] = []
  readonly #createdAt: number
  readonly #open: OpenBatch
  #last: OutgoingBatch | undefined

  constructor(createdAt: number, open: OpenBatch) {
    this.#createdAt = createdAt
    this.#open = open
  }

  startNew(): void {
    this.#last = undefined
  }

  add(pending: PendingRecord, { key, value, headers }: BatchRecord): void {
    if (this.#last !== undefined && this.#last.append(pending, key, value, headers) >= 0) return
    this.#last = this.#open(this.#createdAt)
    this.#last.append(pending, key, value, headers)
    this.batches.push(this.#last)
  }
}
