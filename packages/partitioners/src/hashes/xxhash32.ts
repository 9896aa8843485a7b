import { littleEndianWord, rotateLeft } from './words.ts'

const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

/**
 * xxHash, 32 bits, seed 0.
 * @returns an unsigned 32-bit number
 */
export function xxhash32(bytes: Uint8Array, length: number = bytes.length): number {
  let at = 0
  let hash: number = prime5
  if (length >= 16) {
    let [a, b, c, d] = [(prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0]
    for (; at + 16 <= length; at += 16) {
      a = round(a, littleEndianWord(bytes, at))
      b = round(b, littleEndianWord(bytes, at + 4))
      c = round(c, littleEndianWord(bytes, at + 8))
      d = round(d, littleEndianWord(bytes, at + 12))
    }
    hash = rotateLeft(a, 1) + rotateLeft(b, 7) + rotateLeft(c, 12) + rotateLeft(d, 18)
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) {
    hash = Math.imul(rotateLeft((hash + Math.imul(littleEndianWord(bytes, at), prime3)) | 0, 17), prime4)
  }
  for (; at < length; at++) hash = Math.imul(rotateLeft((hash + Math.imul(bytes[at]!, prime5)) | 0, 11), prime1)
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotateLeft((lane + Math.imul(word, prime2)) | 0, 13), prime1)
}
