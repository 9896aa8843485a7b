import type { CompressionCodec } from './codec.ts'
import { notDecompressed, tooLarge } from './failures.ts'

const { gunzip, gzip } = process.getBuiltinModule('node:zlib')
const { promisify } = process.getBuiltinModule('node:util')
const compress = promisify(gzip)
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(gunzip)

export const gzipCodec: CompressionCodec = {
  compress: (bytes) => compress(bytes),
  async decompress(bytes, maxBytes) {
    try {
      return await decompress(bytes, { maxOutputLength: maxBytes })
    } catch (error) {
      throw isTooLarge(error) ? tooLarge('gzip', maxBytes) : notDecompressed('gzip', error)
    }
  },
}

/** Whether node:zlib stopped because of `maxOutputLength`. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}
