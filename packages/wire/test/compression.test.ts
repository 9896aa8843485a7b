import { loadCodec } from '@partita/wire'
import { isPartitaError } from '@partita/protocol'
import { createRequire } from 'node:module'
import { describe, expect, test, vi } from 'vitest'
import { optionalPackage } from '../src/compression/failures.ts'
import { lz4MaxDecompressedBytes } from '../src/compression/lz4-frame.ts'
import { zstdContentSize } from '../src/compression/zstd-frame.ts'

const require = createRequire(import.meta.url)
const types = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const limit = 1 << 26
/** The types of it come with a browser's. */
const { WebAssembly: webAssembly } = globalThis as unknown as { WebAssembly: { instantiate(): unknown } }

/** Text that compresses, bytes that do not, and more than any codec's block. */
function samples(): Uint8Array[] {
  const mixed = Uint8Array.from({ length: 150_000 }, (_, i) => (i % 7 === 0 ? (i * 2_654_435_761) >>> 24 : i >> 9))
  return [
    new Uint8Array(0),
    Uint8Array.of(7),
    new TextEncoder().encode('größe '.repeat(1000)),
    mixed,
    new Uint8Array(5_000_000),
  ]
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return 'nothing was thrown'
  } catch (error) {
    return isPartitaError(error) ? error.code : error
  }
}

describe.each(types)('%s', (type) => {
  test('gives back what it was given', async () => {
    const codec = await loadCodec(type)
    for (const bytes of samples()) {
      const back = await codec.decompress(await codec.compress(bytes), limit)
      expect(Buffer.compare(back, bytes)).toBe(0)
    }
  })

  test('takes a limit that is just enough, and stops at one that is not', async () => {
    const codec = await loadCodec(type)
    const bytes = samples()[3]!
    const compressed = await codec.compress(bytes)
    // The blocks of an LZ4 frame are only known to be at most so large.
    const enough = type === 'lz4' ? lz4MaxDecompressedBytes(compressed) : bytes.length
    expect(await codec.decompress(compressed, enough)).toHaveLength(bytes.length)
    expect(await codeOf(codec.decompress(compressed, bytes.length - 1))).toBe('MALFORMED')
    const bomb = await codec.compress(new Uint8Array(30_000_000))
    expect(await codeOf(codec.decompress(bomb, 1_000_000))).toBe('MALFORMED')
  })

  test('refuses what is cut or damaged, with a PartitaError', async () => {
    const codec = await loadCodec(type)
    const compressed = await codec.compress(samples()[2]!)
    for (let end = 0; end < compressed.length; end += 1 + (compressed.length >> 4)) {
      const code = await codeOf(codec.decompress(compressed.subarray(0, end), limit))
      expect(['MALFORMED', 'nothing was thrown']).toContain(code)
      const damaged = compressed.slice()
      damaged[end]! ^= 0x55
      expect(['MALFORMED', 'nothing was thrown']).toContain(await codeOf(codec.decompress(damaged, limit)))
    }
    expect(await codeOf(codec.decompress(compressed.subarray(0, compressed.length >> 1), limit))).toBe('MALFORMED')
  })
})

test('a codec is loaded once', async () => {
  expect(loadCodec('gzip')).toBe(loadCodec('gzip'))
  expect(await loadCodec('gzip')).toBe(await loadCodec('gzip'))
})

test('a host without what Node has is told so: a browser', async () => {
  vi.resetModules()
  vi.doMock('../src/compression/gzip.ts', () => {
    throw new ReferenceError('process is not defined')
  })
  const { loadCodec: load } = await import('../src/compression/load-codec.ts')
  await expect(load('gzip')).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message:
      'Compression with gzip is not to be had here: it needs modules that only Node has. Send without compression.',
  })
  vi.doUnmock('../src/compression/gzip.ts')
})

test('a package that is missing is named', async () => {
  const missing = 'a-package-that-nobody-has'
  await expect(optionalPackage(missing, 'lz4', () => import(missing))).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message: `Compression with lz4 needs the package ${missing}, which cannot be loaded. Install it: npm install ${missing}`,
  })
})

describe('snappy', () => {
  test('is written in the framing of Java, block by block', async () => {
    const compressed = await (await loadCodec('snappy')).compress(new Uint8Array(70_000))
    expect(Buffer.from(compressed.subarray(0, 16)).toString('hex')).toBe('82534e41505059000000000100000001')
    let blocks = 0
    for (let at = 16; at < compressed.length; at += 4 + Buffer.from(compressed).readInt32BE(at)) blocks++
    expect(blocks).toBe(3)
  })

  test('is read as a raw block too, as other clients write it', async () => {
    const snappy = require('snappy') as { compressSync(bytes: Uint8Array): Uint8Array }
    const bytes = samples()[2]!
    const back = await (await loadCodec('snappy')).decompress(snappy.compressSync(bytes), limit)
    expect(Buffer.compare(back, bytes)).toBe(0)
  })

  test('a raw block that announces more than the limit is refused before anything is allocated', async () => {
    const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0, 0)
    expect(await codeOf((await loadCodec('snappy')).decompress(bomb, limit))).toBe('MALFORMED')
  })
})

describe('lz4', () => {
  test('is a frame as Java demands it: version 1, independent blocks, and a checksum of the header', async () => {
    const frame = await (await loadCodec('lz4')).compress(samples()[3]!)
    expect([...frame.subarray(0, 4)]).toEqual([0x04, 0x22, 0x4d, 0x18])
    expect(frame[4]! & 0b1110_0011).toBe(0b0110_0000)
    expect(frame[6]).toBe((xxh32(frame.subarray(4, 6)) >>> 8) & 0xff)
    expect([...frame.subarray(-4)]).toEqual([0, 0, 0, 0])
  })

  test('a frame that stands for more than the limit is refused before it is decompressed', async () => {
    const bomb = await (await loadCodec('lz4')).compress(new Uint8Array(30_000_000))
    expect(bomb.length).toBeLessThan(200_000)
    expect(lz4MaxDecompressedBytes(bomb)).toBeGreaterThanOrEqual(30_000_000)
    expect(lz4MaxDecompressedBytes(bomb)).toBeLessThan(30_000_000 + 4_194_304)
  })
})

describe('zstd', () => {
  test('two copies of this package in one process do not disturb each other', async () => {
    const first = await loadCodec('zstd')
    vi.resetModules()
    const { loadCodec: ofTheOther } = await import('@partita/wire')
    expect(ofTheOther).not.toBe(loadCodec)
    // Without Node's own: a second set-up of the WebAssembly breaks the first.
    const setUp = vi.spyOn(webAssembly, 'instantiate')
    const second = await ofTheOther('zstd')
    expect(setUp).not.toHaveBeenCalled()
    setUp.mockRestore()
    const bytes = new Uint8Array(50).fill(7)
    expect(await second.decompress(await first.compress(bytes), 50)).toEqual(bytes)
  })

  test('the announced size is read in each of its forms', () => {
    const frame = (...rest: number[]) => Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...rest])
    expect(zstdContentSize(frame(0x00, 0x58))).toBeUndefined()
    expect(zstdContentSize(frame(0x20, 9))).toBe(9)
    expect(zstdContentSize(frame(0x60, 1, 2))).toBe(256 + 0x201)
    expect(zstdContentSize(frame(0xa0, 1, 0, 0, 0x80))).toBe(0x80000001)
    expect(zstdContentSize(frame(0xe0, 1, 0, 0, 0, 1, 0, 0, 0))).toBe(2 ** 32 + 1)
    // With a window, and with a dictionary id of two bytes, before it.
    expect(zstdContentSize(frame(0x82, 0x58, 7, 7, 5, 0, 0, 0))).toBe(5)
  })

  test('a frame that does not announce its size is read up to the limit, and no further', async () => {
    const codec = await loadCodec('zstd')
    const bytes = samples()[4]!
    const frame = await codec.compress(bytes)
    const unannounced = withoutContentSize(frame)
    expect(zstdContentSize(unannounced)).toBeUndefined()
    expect(Buffer.compare(await codec.decompress(unannounced, limit), bytes)).toBe(0)
    expect(await codeOf(codec.decompress(unannounced, bytes.length - 1))).toBe('MALFORMED')
  })
})

/** The same frame with a window of 8 MiB in place of the announced size. */
function withoutContentSize(frame: Uint8Array): Uint8Array {
  const descriptor = frame[4]!
  const hasWindow = (descriptor & 0x20) === 0
  const sizeBytes = [hasWindow ? 0 : 1, 2, 4, 8][descriptor >> 6]!
  const rest = frame.subarray(5 + (hasWindow ? 1 : 0) + sizeBytes)
  return Uint8Array.from([...frame.subarray(0, 4), descriptor & 0x04, 0x68, ...rest])
}

/** xxHash, 32 bits, seed 0, of fewer than four bytes. */
function xxh32(bytes: Uint8Array): number {
  let hash = (0x165667b1 + bytes.length) | 0
  for (const byte of bytes) {
    hash = (hash + Math.imul(byte, 0x165667b1)) | 0
    hash = Math.imul((hash << 11) | (hash >>> 21), 0x9e3779b1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d)
  return (hash ^ (hash >>> 16)) >>> 0
}
