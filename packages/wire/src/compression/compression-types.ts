import type { CompressionType } from '@partita/protocol'

/** The position of each name is its number in a batch's attributes. */
const types: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** `undefined` for the numbers 5 to 7, which Kafka has not given out. */
export function compressionTypeOf(code: number): CompressionType | undefined {
  return types[code]
}

export function compressionCode(type: CompressionType): number {
  return types.indexOf(type)
}
