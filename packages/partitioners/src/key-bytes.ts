import type { Bytes } from '@partita/protocol'
import type { Formula } from './formula.ts'
import { encodeUtf8 } from './utf8.ts'

/** Kept between calls, so that hashing a string allocates nothing. Nothing here is re-entrant or asynchronous. */
let scratch = new Uint8Array(1024)

/** A scratch buffer is kept up to this size; the rare longer key gets one of its own. */
const maxKeptBytes = 1 << 20

/** The partition, of `count` (1 or more), that a formula gives a key; a string stands for its UTF-8 bytes. */
export function partitionOf(formula: Formula, key: Bytes, count: number): number {
  if (typeof key !== 'string') return formula.partition(key, key.length, count)
  const bytes = roomFor(key)
  return formula.partition(bytes, encodeUtf8(key, bytes), count)
}

/** The formula's {@link Formula.value} of a key, where it has one. */
export function valueOf(formula: Formula, key: Bytes): number | undefined {
  if (formula.value === undefined) return undefined
  if (typeof key !== 'string') return formula.value(key, key.length)
  const bytes = roomFor(key)
  return formula.value(bytes, encodeUtf8(key, bytes))
}

function roomFor(text: string): Uint8Array {
  const needed = text.length * 3
  if (needed <= scratch.length) return scratch
  const bytes = new Uint8Array(Math.max(needed, 2 * scratch.length))
  if (bytes.length <= maxKeptBytes) scratch = bytes
  return bytes
}
