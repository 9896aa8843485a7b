/** A number from 0 up to, not including, `bound`. */
export type Pick = (bound: number) => number

/** Values at which counts, lengths and offsets turn over. */
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe]

const kinds: readonly ((frame: Uint8Array, pick: Pick, other: Uint8Array) => Uint8Array)[] = [
  (frame) => frame,
  // Bits, of the length too.
  (frame, pick) => {
    const damaged = frame.slice()
    for (let flips = 1 + pick(6); flips > 0; flips--) damaged[pick(damaged.length)]! ^= 1 << pick(8)
    return damaged
  },
  // A number somewhere, as one that nobody expects.
  (frame, pick) => {
    const damaged = frame.slice()
    const at = 4 + pick(Math.max(1, damaged.length - 8))
    new DataView(damaged.buffer).setUint32(Math.min(at, damaged.length - 4), extremes[pick(extremes.length)]!)
    return damaged
  },
  // Another API or version for the same body.
  (frame, pick) => {
    const damaged = frame.slice()
    damaged[5] = pick(70)
    damaged[7] = pick(18)
    return damaged
  },
  // Too short, with a length that fits.
  (frame, pick) => framed(frame.subarray(4, 4 + pick(frame.length - 3))),
  // Cut off: the rest never comes.
  (frame, pick) => frame.slice(0, pick(frame.length)),
  // Bytes taken out, or put in.
  (frame, pick) => {
    const at = 4 + pick(frame.length - 4)
    return framed(join(frame.subarray(4, at), frame.subarray(Math.min(frame.length, at + 1 + pick(8)))))
  },
  (frame, pick) => {
    const at = 4 + pick(frame.length - 4)
    return framed(join(frame.subarray(4, at), noise(pick, 1 + pick(16)), frame.subarray(at)))
  },
  // One request begins, another ends.
  (frame, pick, other) => {
    const [at, from] = [4 + pick(frame.length - 4), 4 + pick(other.length - 4)]
    return framed(join(frame.subarray(4, at), other.subarray(from)))
  },
  // Two at once.
  (frame, _, other) => join(frame, other),
  // A head that may be known, and noise.
  (frame, pick) => framed(join(frame.subarray(4, 14), noise(pick, pick(200)))),
  (_, pick) => noise(pick, 1 + pick(200)),
]

/** A frame with something wrong with it, or now and then with nothing. */
export function damage(frames: readonly Uint8Array[], pick: Pick): Uint8Array {
  const kind = kinds[pick(kinds.length)]!
  return kind(frames[pick(frames.length)]!, pick, frames[pick(frames.length)]!)
}

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length)
  new DataView(frame.buffer).setInt32(0, body.length)
  frame.set(body, 4)
  return frame
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function noise(pick: Pick, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => pick(256))
}
