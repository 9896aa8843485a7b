import { createFrameSplitter } from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf } from './failure-of.ts'

function framed(frame: Uint8Array): number[] {
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  return [...length, ...frame]
}

function collector(maxFrameBytes?: number) {
  const frames: Uint8Array[] = []
  const splitter = createFrameSplitter({ maxFrameBytes, onFrame: (frame) => frames.push(frame) })
  return { frames, splitter }
}

test('frames come out as they went in, however the stream is cut', () => {
  const frameBytes = fc.uint8Array({ minLength: 4, maxLength: 40 })
  fc.assert(
    fc.property(fc.array(frameBytes, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
      const stream = Uint8Array.from(sent.flatMap(framed))
      const { frames, splitter } = collector()
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        splitter.push(stream.subarray(at, Math.min(stream.length, at + cut)))
        at = Math.min(stream.length, at + cut)
      }
      expect(frames).toEqual(sent)
      expect(splitter.pendingBytes).toBe(0)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('frames are plain bytes, also where the stream is of Buffers', () => {
  const { frames, splitter } = collector()
  const stream = Buffer.from([...framed(Uint8Array.of(1, 2, 3, 4)), ...framed(Uint8Array.of(5, 6, 7, 8))])
  splitter.push(stream.subarray(0, 10))
  splitter.push(stream.subarray(10))
  expect(frames.map(({ constructor }) => constructor)).toEqual([Uint8Array, Uint8Array])
})

test('a frame that comes in one chunk is a view of it, one that is cut is not', () => {
  const { frames, splitter } = collector()
  const stream = Uint8Array.from([...framed(Uint8Array.of(1, 2, 3, 4)), ...framed(Uint8Array.of(5, 6, 7, 8))])
  splitter.push(stream.subarray(0, 10))
  splitter.push(stream.subarray(10))
  expect(frames).toEqual([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)])
  expect(frames[0]!.buffer).toBe(stream.buffer)
  expect(frames[1]!.buffer).not.toBe(stream.buffer)
})

test('frames come out as they went in where their bytes are written into the space for them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 4, max: 120_000 }), { maxLength: 6 }), fc.nat(70_000), (lengths, cut) => {
      const sent = lengths.map((length, i) => new Uint8Array(length).map((_, at) => at * (i + 3)))
      const stream = new Uint8Array(Buffer.concat(sent.map((frame) => Buffer.from(framed(frame)))))
      const { frames, splitter } = collector()
      for (let at = 0; at < stream.length;) {
        const space = splitter.space() ?? new Uint8Array(cut + 1)
        const chunk = stream.subarray(at, at + Math.min(space.length, cut + 1))
        space.set(chunk)
        splitter.push(space.subarray(0, chunk.length))
        at += chunk.length
      }
      expect(frames.map((frame) => Buffer.compare(frame, sent[frames.indexOf(frame)]!))).toEqual(sent.map(() => 0))
      expect(splitter.pendingBytes).toBe(0)
    }),
    { numRuns: 60, seed: 11 },
  )
})

test('there is space for the rest of a long frame that has begun, and it is the frame', () => {
  const { frames, splitter } = collector()
  expect(splitter.space()).toBeNull()
  const stream = Uint8Array.from(framed(new Uint8Array(50_000).fill(7)))
  splitter.push(stream.subarray(0, 30_000))
  const space = splitter.space()!
  expect(space.length).toBe(20_004)
  space.set(stream.subarray(30_000))
  splitter.push(space)
  expect(frames).toEqual([new Uint8Array(50_000).fill(7)])
  expect(frames[0]!.buffer).toBe(space.buffer)
  splitter.push(stream.subarray(0, 40_000))
  expect(splitter.space()).toBeNull()
})

test('there is no space for more than four times what has come in, of the frame or of one before it', () => {
  const { frames, splitter } = collector()
  splitter.push(Uint8Array.of(5, 0, 0, 0, ...new Uint8Array(16_380)))
  expect(splitter.space()!.length).toBe(3 * 16_384)
  const second = collector()
  const stream = Uint8Array.from(framed(new Uint8Array(1_000_000)))
  second.splitter.push(stream.subarray(0, 999_000))
  second.splitter.push(stream.subarray(999_000))
  second.splitter.push(Uint8Array.of(5, 0, 0, 0))
  expect(second.splitter.space()!.length).toBe(4 * 1_000_004 - 4)
  expect([frames.length, second.frames.length]).toEqual([0, 1])
})

test('frames that are cut are put together in the memory that is given for them', () => {
  const given: Uint8Array[] = []
  const frames: Uint8Array[] = []
  const memory = (bytes: number): Uint8Array => {
    given.push(new Uint8Array(bytes).fill(0xaa))
    return given.at(-1)!
  }
  const splitter = createFrameSplitter({ memory, onFrame: (frame) => frames.push(frame) })
  const stream = Uint8Array.from(framed(Uint8Array.of(1, 2, 3, 4, 5)))
  splitter.push(stream.subarray(0, 6))
  splitter.push(stream.subarray(6))
  expect(frames).toEqual([Uint8Array.of(1, 2, 3, 4, 5)])
  expect(frames[0]!.buffer).toBe(given.at(-1)!.buffer)
})

test('a frame that has begun counts as pending', () => {
  const { splitter } = collector()
  splitter.push(Uint8Array.of(0, 0))
  expect(splitter.pendingBytes).toBe(2)
  splitter.push(Uint8Array.of(0, 9, 1))
  expect(splitter.pendingBytes).toBe(5)
})

describe('a length that cannot be is refused at once', () => {
  test.each([
    [-1, [0xff, 0xff, 0xff, 0xff]],
    [0, [0, 0, 0, 0]],
    [3, [0, 0, 0, 3]],
    [101, [0, 0, 0, 101]],
    // The first bytes of a TLS handshake, and of an HTTP request.
    [369_295_616, [0x16, 0x03, 0x01, 0x00]],
    [1_195_725_856, [...Buffer.from('GET ')]],
  ])('%i', (length, bytes) => {
    for (const cut of [1, 4]) {
      const { frames, splitter } = collector(100)
      const error = failureOf(() => {
        splitter.push(Uint8Array.from(bytes.slice(0, cut)))
        splitter.push(Uint8Array.from(bytes.slice(cut)))
      })
      expect(error.code).toBe('MALFORMED')
      expect(error.message).toContain(`announces ${length} bytes; from 4 to 100 are allowed`)
      expect(failureOf(() => splitter.push(Uint8Array.from(framed(Uint8Array.of(1, 2, 3, 4)))))).toBe(error)
      expect(frames).toEqual([])
    }
  })

  test('after the frames before it were handed on', () => {
    const { frames, splitter } = collector()
    const stream = [...framed(Uint8Array.of(1, 2, 3, 4)), 0, 0, 0, 1]
    expect(failureOf(() => splitter.push(Uint8Array.from(stream))).code).toBe('MALFORMED')
    expect(frames).toEqual([Uint8Array.of(1, 2, 3, 4)])
  })
})

test('an announced length allocates nothing by itself', () => {
  const before = process.memoryUsage().arrayBuffers
  const splitters = Array.from({ length: 200 }, () => collector().splitter)
  for (const splitter of splitters) splitter.push(Uint8Array.of(6, 0, 0, 0, 1, 2, 3))
  expect(splitters.map(({ pendingBytes }) => pendingBytes)).toEqual(Array.from({ length: 200 }, () => 7))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
})

test('what onFrame throws ends the stream', () => {
  const splitter = createFrameSplitter({
    onFrame: () => {
      throw new RangeError('mine')
    },
  })
  const chunk = Uint8Array.from(framed(Uint8Array.of(1, 2, 3, 4)))
  expect(() => splitter.push(chunk)).toThrow('mine')
  expect(() => splitter.push(new Uint8Array(1))).toThrow('mine')
})

test('the limit is checked', () => {
  expect(failureOf(() => collector(3)).code).toBe('INVALID_OPTION')
})
