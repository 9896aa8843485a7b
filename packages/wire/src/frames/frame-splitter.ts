import { integerOption, PartitaError } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'
import { plain } from '../bytes/plain.ts'

/** Options of {@link createFrameSplitter}. */
export interface FrameSplitterOptions {
  /** A longer frame is refused. Default 104,857,600 (Kafka's `socket.request.max.bytes`). */
  readonly maxFrameBytes?: number | undefined
  /** Gets each frame without its length: a view where it came in one chunk, a copy where it was cut. */
  readonly onFrame: (frame: Uint8Array) => void
  /** Gives memory of that length to put a cut frame together in; what stands in it does not matter. Default: new memory. */
  readonly memory?: ((bytes: number) => Uint8Array) | undefined
}

/** Takes a stream apart: see {@link createFrameSplitter}. */
export interface FrameSplitter {
  /**
   * Takes the next bytes of the stream, however they are cut, and hands on every frame that is complete.
   * @throws PartitaError `MALFORMED` for a length that cannot be, and whatever `onFrame` throws. The stream cannot be
   * read on after either: every later call throws the same.
   */
  push(chunk: Uint8Array): void
  /**
   * Where the stream's next bytes may be written, so that nobody has to copy them: the rest of a long frame that has begun, or
   * a part of it. What was written there is pushed like any other chunk. `null`: no such frame has begun.
   */
  space(): Uint8Array | null
  /** Bytes of a frame that has begun. Where a stream ends, anything but 0 means that its last frame is cut. */
  readonly pendingBytes: number
}

/** The least that a frame can hold: the correlation id. */
const minFrameBytes = 4

const lengthBytes = 4
/** A frame that does not fit its buffer gets one so much larger: each byte is then copied 1.3 times on average, not twice. */
const growth = 4
/** Less than that is not worth a read of its own. */
const minSpace = 16_384
const nothing = new Uint8Array(0)

/**
 * Splits a stream of bytes into frames. Memory is bounded by four times what has come in, of the frame or of the longest
 * before it, and by `maxFrameBytes`: the length that a frame announces allocates nothing by itself.
 */
export function createFrameSplitter(options: FrameSplitterOptions): FrameSplitter {
  const { maxFrameBytes = 104_857_600, onFrame, memory = newMemory } = options
  integerOption('maxFrameBytes', maxFrameBytes, { min: minFrameBytes, max: 0x7fffffff })
  // A frame that began in an earlier chunk: `filled` of the `needed` bytes are in `partial`, its length first.
  let partial: Uint8Array = nothing
  let filled = 0
  let needed = lengthBytes
  /** Of the frames that came in several chunks: what the other end has kept its word for. */
  let longest = 0
  let failure: { readonly error: unknown } | undefined

  function push(chunk: Uint8Array): void {
    if (failure !== undefined) throw failure.error
    const bytes = plain(chunk)
    try {
      let at = 0
      while (at < bytes.length) at += filled === 0 ? begin(bytes, at) : collect(bytes, at)
    } catch (error) {
      failure = { error }
      throw error
    }
  }

  /** At the start of a frame: hands it on as a view where all of it is there. Returns how much of the chunk was used. */
  function begin(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at
    if (available < lengthBytes) return collect(chunk, at)
    const end = lengthBytes + announced(chunk, at)
    if (available < end) return collect(chunk, at)
    onFrame(chunk.subarray(at + lengthBytes, at + end))
    return end
  }

  /** Puts bytes to those of the frame that has begun. Returns how many. */
  function collect(chunk: Uint8Array, at: number): number {
    const taken = Math.min(needed - filled, chunk.length - at)
    if (!isInPlace(chunk, at)) {
      if (filled + taken > partial.length) grow(filled + taken)
      partial.set(chunk.subarray(at, at + taken), filled)
    }
    filled += taken
    if (filled < needed) return taken
    if (needed === lengthBytes) needed = lengthBytes + announced(partial, 0)
    else handOnPartial()
    return taken
  }

  /** It was written into the space for it. */
  function isInPlace(chunk: Uint8Array, at: number): boolean {
    return chunk.buffer === partial.buffer && chunk.byteOffset + at === partial.byteOffset + filled
  }

  function grow(least: number): void {
    const larger = memory(Math.min(needed, growth * Math.max(least, longest)))
    larger.set(partial.subarray(0, filled))
    partial = larger
  }

  function space(): Uint8Array | null {
    if (needed - filled < minSpace || failure !== undefined) return null
    if (filled === partial.length) grow(filled)
    return partial.subarray(filled)
  }

  function handOnPartial(): void {
    longest = Math.max(longest, needed)
    const frame = partial.subarray(lengthBytes, needed)
    partial = nothing
    filled = 0
    needed = lengthBytes
    onFrame(frame)
  }

  function announced(bytes: Uint8Array, at: number): number {
    const length = new ByteReader(bytes, at).int32()
    if (length >= minFrameBytes && length <= maxFrameBytes) return length
    throw new PartitaError(
      'MALFORMED',
      `A frame announces ${length} bytes; from ${minFrameBytes} to ${maxFrameBytes} are allowed. ` +
        'Whatever is at the other end may not speak the Kafka protocol, or may expect TLS.',
    )
  }

  return {
    push,
    space,
    get pendingBytes() {
      return filled
    },
  }
}

function newMemory(bytes: number): Uint8Array {
  return new Uint8Array(bytes)
}
