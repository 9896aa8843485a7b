import type { CompressionCodec } from './codec.ts'
import { notDecompressed, optionalPackage, tooLarge } from './failures.ts'
import { lz4MaxDecompressedBytes } from './lz4-frame.ts'

/** LZ4 frames with independent blocks, as Java writes and demands them, over the optional package `lz4-napi`. */
export async function loadLz4Codec(): Promise<CompressionCodec> {
  const lz4 = await optionalPackage('lz4-napi', 'lz4', () => import('lz4-napi'))
  return {
    compress: (bytes) => lz4.compressFrame(bytes),
    async decompress(bytes, maxBytes) {
      // The package knows no limit: so look before.
      if (lz4MaxDecompressedBytes(bytes) > maxBytes) throw tooLarge('lz4', maxBytes)
      try {
        return await lz4.decompressFrame(bytes)
      } catch (error) {
        throw notDecompressed('lz4', error)
      }
    },
  }
}
