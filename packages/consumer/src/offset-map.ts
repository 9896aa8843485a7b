import { ByteReader, varintLength, writeVarint } from './varint.ts'

/** Offsets from `start` up to, and without, `end`. */
export interface OffsetRange {
  readonly start: number
  readonly end: number
}

/** What is finished beyond a committed offset. */
export interface OffsetMap {
  /** The committed offset that the map goes with. */
  readonly base: number
  /** The finished offsets beyond it: ascending, apart from each other. */
  readonly finished: readonly OffsetRange[]
}

/** The broker's default for `offset.metadata.max.bytes`. */
export const defaultMetadataMaxBytes = 4096

/** How far ahead of the first unfinished record others may start, so that the offset map always fits. */
export interface ReachLimits {
  /** So many unfinished records may be below one that starts… */
  readonly records: number
  /** …or it is less than so many offsets from the first unfinished one. */
  readonly offsets: number
}

/** The metadata of a commit by this version starts so; what follows is base64. */
const prefix = 'partita1:'
const formRuns = 1
const formBits = 2
/** One byte for the form, two numbers of at most eight, four of checksum. */
const overhead = 1 + 8 + 8 + 4

/**
 * How far records may run ahead so that any pattern of finished ones fits into `maxLength` characters. Less than
 * `offsets` ahead, one bit for each offset does. `records` unfinished ones, however far apart, make so many runs
 * at most, of six bytes: one for the unfinished run, five for the 2^35 offsets up to the next. What was let in stays
 * within the limits: the number of unfinished records below it only falls, and the first one only moves towards it.
 */
export function reachLimits(maxLength: number): ReachLimits {
  const bytes = Math.floor((maxLength - prefix.length) / 4) * 3 - overhead
  return { records: Math.floor(bytes / 6), offsets: bytes * 8 }
}

/**
 * Writes what is finished beyond `base`: everything below `end` but the `unfinished` ranges, which ascend.
 * Nothing to say gives the empty string; `null`: it does not fit.
 */
export function encodeOffsetMap(
  base: number,
  end: number,
  unfinished: Iterable<OffsetRange>,
  maxLength: number = defaultMetadataMaxBytes,
): string | null {
  if (end <= base) return ''
  const maxBytes = Math.floor((maxLength - prefix.length) / 4) * 3
  const runs = runLengths(base, end, unfinished)
  const runBytes = runs.reduce((sum, run) => sum + varintLength(run), 0)
  const bitBytes = Math.ceil((end - base) / 8)
  const header = 1 + varintLength(base) + varintLength(end - base) + 4
  if (header + Math.min(runBytes, bitBytes) > maxBytes) return null
  const bytes = new Uint8Array(header + Math.min(runBytes, bitBytes))
  bytes[0] = runBytes <= bitBytes ? formRuns : formBits
  let at = writeVarint(bytes, 1, base)
  at = writeVarint(bytes, at, end - base)
  if (runBytes <= bitBytes) for (const run of runs) at = writeVarint(bytes, at, run)
  else writeBits(bytes, at, runs)
  const body = bytes.length - 4
  new DataView(bytes.buffer).setUint32(body, checksum(bytes.subarray(0, body)))
  return prefix + btoa(String.fromCharCode(...bytes))
}

/**
 * Reads a commit's metadata. `null`: it was written by someone else, is broken, or does not belong to this offset (somebody
 * moved the group's offset). A map is believed only when all of it is right: a wrong one would skip records.
 */
export function decodeOffsetMap(base: number, metadata: string): OffsetMap | null {
  if (!metadata.startsWith(prefix)) return null
  const bytes = fromBase64(metadata.slice(prefix.length))
  if (bytes === null || bytes.length < 7) return null
  const body = bytes.subarray(0, bytes.length - 4)
  if (new DataView(bytes.buffer).getUint32(body.length) !== checksum(body)) return null
  const reader = new ByteReader(body, 1)
  if (reader.varint() !== base) return null
  const end = base + reader.varint()
  if (!Number.isSafeInteger(end)) return null
  if (body[0] === formRuns) return { base, finished: readRuns(reader, base, end) }
  return body[0] === formBits ? { base, finished: readBits(reader, base, end) } : null
}

/** Lengths of runs from `base` to `end`, by turns unfinished and finished; the first may be 0. */
function runLengths(base: number, end: number, unfinished: Iterable<OffsetRange>): number[] {
  const runs: number[] = []
  let at = base
  for (const range of unfinished) {
    const start = Math.max(range.start, base)
    if (start >= end) break
    const upTo = Math.min(range.end, end)
    if (start === at && runs.length > 0) runs[runs.length - 1]! += upTo - at
    else if (start === at) runs.push(upTo - at)
    else runs.push(...(runs.length === 0 ? [0] : []), start - at, upTo - start)
    at = upTo
  }
  if (at < end) runs.push(...(runs.length === 0 ? [0] : []), end - at)
  return runs
}

function writeBits(bytes: Uint8Array, at: number, runs: readonly number[]): void {
  let bit = 0
  for (const [index, run] of runs.entries()) {
    if (index % 2 === 1) for (let i = bit; i < bit + run; i++) bytes[at + (i >>> 3)]! |= 1 << (i & 7)
    bit += run
  }
}

function readRuns(reader: ByteReader, base: number, end: number): OffsetRange[] {
  const finished: OffsetRange[] = []
  let at = base
  for (let isFinished = false; at < end && !reader.atEnd; isFinished = !isFinished) {
    const upTo = Math.min(at + reader.varint(), end)
    if (isFinished && upTo > at) finished.push({ start: at, end: upTo })
    at = upTo
  }
  return finished
}

function readBits(reader: ByteReader, base: number, end: number): OffsetRange[] {
  const finished: OffsetRange[] = []
  const bits = reader.rest()
  const count = Math.min(end - base, bits.length * 8)
  let start = -1
  for (let i = 0; i <= count; i++) {
    const isFinished = i < count && (bits[i >>> 3]! & (1 << (i & 7))) !== 0
    if (isFinished && start < 0) start = i
    if (isFinished || start < 0) continue
    finished.push({ start: base + start, end: base + i })
    start = -1
  }
  return finished
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return null
  }
}

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
