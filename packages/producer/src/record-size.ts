import type { Bytes, Headers } from '@partita/protocol'

/** What a record costs besides its fields at the most: 21 bytes, and 61 of the batch. (Java: `MAX_RECORD_OVERHEAD`.) */
const overhead = 21 + 61

/** Bytes that a record takes, its strings counted as if they were ASCII. Costs next to nothing. */
export function roughBytes(key: Bytes | null, value: Bytes | null, headers: Headers): number {
  const ofKey = key === null ? 0 : key.length
  const ofValue = value === null ? 0 : value.length
  return overhead + ofKey + ofValue + (headers.length === 0 ? 0 : headerBytes(headers, (name) => name.length))
}

/** Bytes that a record takes, its strings counted as UTF-8. */
export function exactBytes(key: Bytes | null, value: Bytes | null, headers: Headers): number {
  return overhead + byteLength(key) + byteLength(value) + headerBytes(headers, byteLength)
}

function headerBytes(headers: Headers, nameBytes: (name: string) => number): number {
  // Ten: two lengths of five bytes each.
  return headers.reduce((sum, [name, value]) => sum + nameBytes(name) + (value?.length ?? 0) + 10, 0)
}

function byteLength(bytes: Bytes | null): number {
  if (bytes === null) return 0
  if (typeof bytes !== 'string') return bytes.length
  let length = bytes.length
  for (let i = 0; i < bytes.length; i++) {
    const unit = bytes.charCodeAt(i)
    if (unit < 0x80) continue
    length += unit < 0x800 ? 1 : 2
    // A pair of surrogates is four bytes: two more than its two units, as much as its first half has been given.
    if (unit >= 0xd800 && unit < 0xdc00 && (bytes.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++
  }
  return length
}
