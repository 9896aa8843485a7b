/** Bytes that an unsigned varint of up to 32 bits takes. */
export function uvarintLength(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Bytes that a signed 32-bit integer takes in zigzag form. */
export function varintLength(value: number): number {
  return uvarintLength(((value << 1) ^ (value >> 31)) >>> 0)
}

/** Bytes that a safe integer takes in zigzag form. */
export function varlongLength(value: number): number {
  if (value === (value | 0)) return varintLength(value)
  // The zigzag form is 2·half or 2·half + 1; dividing by two keeps it exact.
  let half = value < 0 ? -(value + 1) : value
  let length = 1
  for (half = Math.floor(half / 64); half > 0; half = Math.floor(half / 128)) length++
  return length
}
