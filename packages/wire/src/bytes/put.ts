/** Big-endian integers into bytes that are there already. */
export function putInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

export function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

/** A safe integer as 64 bits, without BigInt. */
export function putInt64(bytes: Uint8Array, at: number, value: number): void {
  putInt32(bytes, at, Math.floor(value / 0x100000000))
  putInt32(bytes, at + 4, value >>> 0)
}

/** An unsigned varint of up to 32 bits; there must be room for `uvarintLength` bytes. Returns the position behind it. */
export function putUvarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0
  let next = at
  while (rest > 0x7f) {
    bytes[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[next++] = rest
  return next
}

/** A signed integer of 32 bits, zigzag. Returns the position behind it. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  return putUvarint(bytes, at, (value << 1) ^ (value >> 31))
}

/** A safe integer in the zigzag form of 64 bits. Returns the position behind it. */
export function putVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return putVarint(bytes, at, value)
  // The zigzag form is 2·half, or 2·half + 1 for a negative number; it may be beyond 2^53, its half is not.
  let half = value < 0 ? -(value + 1) : value
  let next = at
  const low = ((half % 64) << 1) | (value < 0 ? 1 : 0)
  half = Math.floor(half / 64)
  bytes[next++] = half > 0 ? low | 0x80 : low
  while (half > 0) {
    const group = half % 128
    half = Math.floor(half / 128)
    bytes[next++] = half > 0 ? group | 0x80 : group
  }
  return next
}

/** Up to this a loop is quicker than `set` (measured on Node 20). */
const shortBytes = 32

/**
 * A copy. Returns the position behind it.
 * @param length of the source, from whoever knows it: asking a `Buffer` is slow (measured on Node 20: 8 ns)
 */
export function putBytes(bytes: Uint8Array, at: number, source: Uint8Array, length: number = source.length): number {
  if (length > shortBytes) bytes.set(source, at)
  else for (let i = 0; i < length; i++) bytes[at + i] = source[i]!
  return at + length
}
