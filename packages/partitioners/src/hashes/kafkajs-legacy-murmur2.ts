const multiplier = 0x5bd1e995
const seed = 0x9747b28c

/**
 * What KafkaJS before 2.0 computed where murmur2 was meant. Two defects make it a hash of its own, and both have to be
 * kept for records to land where they did: products are IEEE doubles, so that their low bits are rounded away (hence no
 * `Math.imul` here); and the loop over words runs once more for a tail of 1 to 3 bytes, which is then mixed twice.
 * @returns an unsigned 32-bit number
 */
export function kafkajsLegacyMurmur2(bytes: Uint8Array, length: number = bytes.length): number {
  let hash = seed ^ length
  for (let i = 0; i < length; i += 4) {
    let word = wordAt(bytes, i, length)
    word *= multiplier
    word ^= word >>> 24
    word *= multiplier
    hash *= multiplier
    hash ^= word
  }
  const rest = length & 3
  const tail = length - rest
  if (rest > 2) hash ^= bytes[tail + 2]! << 16
  if (rest > 1) hash ^= bytes[tail + 1]! << 8
  if (rest > 0) {
    hash ^= bytes[tail]!
    hash *= multiplier
  }
  hash ^= hash >>> 13
  hash *= multiplier
  hash ^= hash >>> 15
  return hash >>> 0
}

/** Four bytes, little-endian; bytes beyond the end count as zero. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = bytes[at]!
  if (at + 1 < end) word += bytes[at + 1]! << 8
  if (at + 2 < end) word += bytes[at + 2]! << 16
  // A sum, not `|`: its terms are what the double arithmetic above starts from.
  if (at + 3 < end) word += bytes[at + 3]! << 24
  return word
}
