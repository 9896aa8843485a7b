import { expect, test } from 'vitest'
import { FrameMemory } from '../../src/network/frame-memory.ts'

const long = 200_000

test('serves again when the last one who held on to it has let go, and not before', () => {
  const memory = new FrameMemory()
  const first = memory.take(long)
  const [one, other] = [first.subarray(10, 20), first.subarray(20, 30)]
  memory.hold(one)
  memory.hold(other)
  memory.letGo(other)
  const second = memory.take(long)
  expect(second.buffer).not.toBe(first.buffer)
  memory.letGo(one)
  expect(memory.take(long / 2).buffer).toBe(first.buffer)
})

test('is as long as what was asked for, and so long that the next frame fits', () => {
  const memory = new FrameMemory()
  const first = memory.take(long)
  expect(first.length).toBe(long)
  memory.hold(first)
  memory.letGo(first)
  const second = memory.take(long * 2)
  expect([second.length, second.buffer === first.buffer]).toEqual([long * 2, true])
})

test('gives new memory where what it kept is too short, and forgets that', () => {
  const memory = new FrameMemory()
  const first = memory.take(long)
  memory.hold(first)
  memory.letGo(first)
  const second = memory.take(long * 100)
  expect(second.length).toBe(long * 100)
  expect(memory.take(long).buffer).not.toBe(first.buffer)
})

test('knows nothing of memory that is not its own, nor of short frames', () => {
  const memory = new FrameMemory()
  const short = memory.take(100)
  for (const bytes of [new Uint8Array(long), short]) {
    memory.hold(bytes)
    memory.letGo(bytes)
    expect(memory.take(bytes.length).buffer).not.toBe(bytes.buffer)
  }
})

test('keeps two, and none once it is cleared', () => {
  const memory = new FrameMemory()
  const taken = [1, 2, 3].map(() => memory.take(long))
  const buffers = taken.map(({ buffer }) => buffer)
  const free = (): void => {
    for (const bytes of taken) {
      memory.hold(bytes)
      memory.letGo(bytes)
    }
  }
  free()
  const again = [1, 2, 3].map(() => memory.take(long).buffer)
  expect(again.filter((buffer) => buffers.includes(buffer))).toHaveLength(2)
  free()
  memory.clear()
  expect(buffers).not.toContain(memory.take(long).buffer)
})
