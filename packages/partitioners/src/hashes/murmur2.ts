import { littleEndianWord } from './words.ts'

const multiplier = 0x5bd1e995
const seed = 0x9747b28c

/**
 * MurmurHash2, 32 bits, with the seed of Kafka's Java client (`Utils.murmur2`).
 * @param length how many bytes from the front to hash; default all
 * @returns an unsigned 32-bit number
 */
export function murmur2(bytes: Uint8Array, length: number = bytes.length): number {
  const rest = length & 3
  const tail = length - rest
  let hash = seed ^ length
  for (let i = 0; i < tail; i += 4) {
    let word = Math.imul(littleEndianWord(bytes, i), multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  if (rest > 2) hash ^= bytes[tail + 2]! << 16
  if (rest > 1) hash ^= bytes[tail + 1]! << 8
  if (rest > 0) hash = Math.imul(hash ^ bytes[tail]!, multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return (hash ^ (hash >>> 15)) >>> 0
}
