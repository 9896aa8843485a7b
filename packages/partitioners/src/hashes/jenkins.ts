import { rotateLeft } from './words.ts'

/** Three 32-bit words that both of Bob Jenkins' hashes mix in place. */
type State = [a: number, b: number, c: number]

/**
 * Erlang's `phash2` of a binary (OTP 25, 64 bits): Jenkins' "lookup2" started as Erlang starts it.
 * @returns an unsigned 27-bit number
 */
export function phash2(bytes: Uint8Array, length: number = bytes.length): number {
  const golden = 0x9e3779b9
  const state: State = [golden, golden, Math.imul(13, golden)]
  if (length === 0) return state[2] & 0x7ffffff
  let at = 0
  for (; length - at >= 12; at += 12) {
    addBlock(state, bytes, at, 12)
    mixLookup2(state)
  }
  // The length takes the lowest byte of the last word: the tail's bytes 8 to 10 move up by one.
  const rest = length - at
  addBlock(state, bytes, at, Math.min(rest, 8))
  state[2] = (state[2] + length) | 0
  for (let i = 8; i < rest; i++) state[2] = (state[2] + (bytes[at + i]! << (8 * (i - 7)))) | 0
  mixLookup2(state)
  return state[2] & 0x7ffffff
}

/**
 * The hash of a partition key in Azure's Event Hubs SDKs: the two results of Jenkins' "lookup3", seeds 0, folded into
 * 16 bits.
 * @returns a signed 16-bit number
 */
export function eventHubsHash(bytes: Uint8Array, length: number = bytes.length): number {
  const start = (0xdeadbeef + length) | 0
  const state: State = [start, start, start]
  let at = 0
  for (; length - at > 12; at += 12) {
    addBlock(state, bytes, at, 12)
    mixLookup3(state)
  }
  if (length > 0) {
    addBlock(state, bytes, at, length - at)
    finishLookup3(state)
  }
  return ((state[1] ^ state[2]) << 16) >> 16
}

/** Adds up to 12 bytes, as little-endian words, to the state. */
function addBlock(state: State, bytes: Uint8Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const word = i >> 2
    state[word] = (state[word]! + (bytes[at + i]! << (8 * (i & 3)))) | 0
  }
}

function mixLookup2(state: State): void {
  let [a, b, c] = state
  for (const [right, left, last] of [
    [13, 8, 13],
    [12, 16, 5],
    [3, 10, 15],
  ] as const) {
    a = (a - b - c) ^ (c >>> right)
    b = (b - c - a) ^ (a << left)
    c = (c - a - b) ^ (b >>> last)
  }
  state[0] = a
  state[1] = b
  state[2] = c
}

function mixLookup3(state: State): void {
  let [a, b, c] = state
  for (const [first, second, third] of [
    [4, 6, 8],
    [16, 19, 4],
  ] as const) {
    a = (a - c) ^ rotateLeft(c, first)
    c = (c + b) | 0
    b = (b - a) ^ rotateLeft(a, second)
    a = (a + c) | 0
    c = (c - b) ^ rotateLeft(b, third)
    b = (b + a) | 0
  }
  state[0] = a
  state[1] = b
  state[2] = c
}

function finishLookup3(state: State): void {
  let [a, b, c] = state
  c = ((c ^ b) - rotateLeft(b, 14)) | 0
  a = ((a ^ c) - rotateLeft(c, 11)) | 0
  b = ((b ^ a) - rotateLeft(a, 25)) | 0
  c = ((c ^ b) - rotateLeft(b, 16)) | 0
  a = ((a ^ c) - rotateLeft(c, 4)) | 0
  b = ((b ^ a) - rotateLeft(a, 14)) | 0
  c = ((c ^ b) - rotateLeft(b, 24)) | 0
  state[0] = a
  state[1] = b
  state[2] = c
}
