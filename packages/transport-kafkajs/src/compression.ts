import kafkajs from 'kafkajs'
import { PartitaError, type CompressionType } from '@partita/protocol'
import { missingCodec } from './errors.ts'

/** A codec as kafkajs takes it. `encoder.buffer` is what is to be compressed. */
export type KafkajsCodec = () => {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

/** kafkajs's numbers for the compressions: Kafka's own. */
export const compressionTypes: Readonly<Record<CompressionType, number>> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
}

/**
 * kafkajs's registry of codecs, that of the copy of kafkajs that this transport runs on. It has gzip; what is put here
 * under a number of {@link compressionTypes} is used for writing and for reading:
 *
 *     compressionCodecs[compressionTypes.snappy] = SnappyCodec
 */
export const compressionCodecs: Record<number, KafkajsCodec> = (
  kafkajs as unknown as { CompressionCodecs: Record<number, KafkajsCodec> }
).CompressionCodecs

/** The number of a compression. Throws `MISSING_PACKAGE` where kafkajs has no codec for it. */
export function usableCompression(type: CompressionType): number {
  const number = compressionTypes[type]
  if (number === 0) return number
  try {
    // The places of the missing ones hold functions that throw.
    if (compressionCodecs[number]?.() !== undefined) return number
  } catch (error) {
    if ((error as Error).name !== 'KafkaJSNotImplemented') {
      const text = `The codec that was registered for ${type} threw; see the cause.`
      throw new PartitaError('INVALID_OPTION', text, { api: 'compressionType', cause: error })
    }
  }
  throw missingCodec(`compressionType is ${type}, and there is no codec for it`, { api: 'compressionType' })
}
