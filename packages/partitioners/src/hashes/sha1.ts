import { eachPaddedBlock } from './padded-blocks.ts'
import { rotateLeft } from './words.ts'

/** SHA-1, as five 32-bit words, most significant first. For placement only: it has long been unfit for security. */
export function sha1(bytes: Uint8Array, length: number = bytes.length): Int32Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const schedule = new Int32Array(80)
  eachPaddedBlock(bytes, length, true, (words) => {
    schedule.set(words)
    for (let i = 16; i < 80; i++) {
      schedule[i] = rotateLeft(schedule[i - 3]! ^ schedule[i - 8]! ^ schedule[i - 14]! ^ schedule[i - 16]!, 1)
    }
    compress(state, schedule)
  })
  return state
}

/**
 * The digest read as one number of 160 bits, modulo `count`: byte by byte, so that no step leaves the exact integers.
 * @param count at most 2^31
 */
export function sha1Modulo(bytes: Uint8Array, length: number, count: number): number {
  let remainder = 0
  for (const word of sha1(bytes, length)) {
    for (let shift = 24; shift >= 0; shift -= 8) remainder = (remainder * 256 + ((word >>> shift) & 0xff)) % count
  }
  return remainder
}

function compress(state: Int32Array, schedule: Int32Array): void {
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
  for (let i = 0; i < 80; i++) {
    const next = (rotateLeft(a, 5) + roundFunction(i, b, c, d) + e + schedule[i]!) | 0
    e = d
    d = c
    c = rotateLeft(b, 30)
    b = a
    a = next
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
}

function roundFunction(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
  return (b ^ c ^ d) + 0xca62c1d6
}
