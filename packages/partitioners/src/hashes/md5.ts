import { eachPaddedBlock } from './padded-blocks.ts'
import { rotateLeft } from './words.ts'

const shifts = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const

// The constants are defined by the sine: this is the definition, not a table to be copied wrongly.
const constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 0x1_0000_0000) | 0)

/**
 * The 16 bytes of the key's MD5 digest, added up: 0 to 4080. (Kaffe's `PartitionSelector.md5`.)
 */
export function md5ByteSum(bytes: Uint8Array, length: number = bytes.length): number {
  let sum = 0
  for (const word of md5(bytes, length)) {
    sum += (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24)
  }
  return sum
}

/** MD5, as four 32-bit words, least significant byte first. For placement only. */
export function md5(bytes: Uint8Array, length: number = bytes.length): Int32Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  eachPaddedBlock(bytes, length, false, (words) => compress(state, words))
  return state
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const sum = (a + roundFunction(round, b, c, d) + constants[i]! + words[wordIndex(round, i)]!) | 0
    const next = (b + rotateLeft(sum, shifts[round]![i & 3]!)) | 0
    a = d
    d = c
    c = b
    b = next
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}

function roundFunction(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d)
  if (round === 1) return (b & d) | (c & ~d)
  if (round === 2) return b ^ c ^ d
  return c ^ (b | ~d)
}

function wordIndex(round: number, i: number): number {
  if (round === 0) return i
  if (round === 1) return (5 * i + 1) & 15
  if (round === 2) return (3 * i + 5) & 15
  return (7 * i) & 15
}
