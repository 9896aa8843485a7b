import type { CompressionCodec } from './codec.ts'
import { notDecompressed, optionalPackage, tooLarge } from './failures.ts'
import { isTooLarge } from './gzip.ts'
import { zstdContentSize } from './zstd-frame.ts'

type Done = (error: Error | null, result: Uint8Array) => void

/** What node:zlib has since 22.15 and 23.8. */
interface NativeZstd {
  readonly zstdCompress: (bytes: Uint8Array, done: Done) => void
  readonly zstdDecompress: (bytes: Uint8Array, options: { readonly maxOutputLength: number }, done: Done) => void
}

/** Node's own zstd where it has one, else the optional package `@bokuweb/zstd-wasm`. */
export async function loadZstdCodec(): Promise<CompressionCodec> {
  const zlib = process.getBuiltinModule('node:zlib')
  return 'zstdCompress' in zlib ? nativeCodec(zlib as unknown as NativeZstd) : wasmCodec()
}

function nativeCodec(native: NativeZstd): CompressionCodec {
  const { promisify } = process.getBuiltinModule('node:util')
  const compress = promisify(native.zstdCompress)
  const decompress = promisify(native.zstdDecompress)
  return {
    compress: (bytes) => compress(bytes),
    async decompress(bytes, maxBytes) {
      try {
        return await decompress(bytes, { maxOutputLength: maxBytes })
      } catch (error) {
        throw isTooLarge(error) ? tooLarge('zstd', maxBytes) : notDecompressed('zstd', error)
      }
    },
  }
}

async function wasmCodec(): Promise<CompressionCodec> {
  const zstd = await optionalPackage('@bokuweb/zstd-wasm', 'zstd (on Node before 22.15)', async () => {
    const loaded = await import('@bokuweb/zstd-wasm')
    await initOnce(() => loaded.init())
    return loaded
  })
  return {
    compress: async (bytes) => zstd.compress(bytes),
    async decompress(bytes, maxBytes) {
      // The package allocates what the frame announces, before it looks at anything else: so look here first.
      const announced = zstdContentSize(bytes)
      if (announced !== undefined && announced > maxBytes) throw tooLarge('zstd', maxBytes)
      return decompressInto(
        zstd.decompress,
        bytes,
        announced === undefined ? firstTry(bytes, maxBytes) : maxBytes,
        maxBytes,
      )
    },
  }
}

const begun = Symbol.for('@partita/wire/zstd-wasm')

/**
 * Once a process, whatever number of copies of this package are in it: they share one `@bokuweb/zstd-wasm`, whose second
 * `init` swaps the memory under what is in use and leaves it broken (measured at 0.0.27: valid data is refused).
 */
function initOnce(init: () => Promise<void>): Promise<void> {
  const shared = globalThis as { [begun]?: Promise<void> }
  return (shared[begun] ??= init())
}

type Decompress = (bytes: Uint8Array, options: { defaultHeapSize: number }) => Uint8Array

/** A frame need not announce its size (Java's do not): then rooms of growing size are tried, up to the limit. */
function decompressInto(decompress: Decompress, bytes: Uint8Array, room: number, maxBytes: number): Uint8Array {
  for (let size = room; ; size = Math.min(maxBytes, size * 8)) {
    try {
      return decompress(bytes, { defaultHeapSize: size })
    } catch (error) {
      if (size < maxBytes && isRoomTooSmall(error)) continue
      throw isRoomTooSmall(error) ? tooLarge('zstd', maxBytes) : notDecompressed('zstd', error)
    }
  }
}

function firstTry(bytes: Uint8Array, maxBytes: number): number {
  return Math.min(maxBytes, Math.max(65_536, bytes.length * 8))
}

/** The package gives the library's error number: 70 is `ZSTD_error_dstSize_tooSmall`. */
function isRoomTooSmall(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith(' code -70')
}
