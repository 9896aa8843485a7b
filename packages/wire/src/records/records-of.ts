import type { FetchedRecord } from '@partita/protocol'
import type { BatchHeader } from './batch-header.ts'
import { PartitaError } from '@partita/protocol'
import { loadCodec } from '../compression/load-codec.ts'
import { decoding } from '../bytes/checked.ts'
import { batchHeaderBytes } from './batch-layout.ts'
import { readRecords } from './read-records.ts'

/** The most that the records of one batch may take when decompressed, unless told otherwise: 64 MiB. */
export const defaultMaxDecompressedBytes = 67_108_864

/** Options of {@link decodeBatch}. */
export interface DecodeBatchOptions {
  /** A batch that decompresses to more is refused. Default 67,108,864. */
  readonly maxDecompressedBytes?: number | undefined
}

/**
 * The records of a batch that is not compressed. Keys, values and headers are views of `bytes`, cut when they are read.
 * The CRC is not looked at: see `verifyCrc`.
 * @param position of the batch's first byte, where `bytes` are not those that the header was read from, but a copy of a part
 * @throws PartitaError `MALFORMED`, or `UNSUPPORTED` for a compressed batch, which {@link decodeBatch} reads
 */
export function recordsOf(bytes: Uint8Array, header: BatchHeader, position: number = header.position): FetchedRecord[] {
  if (header.compressionType !== 'none') {
    throw new PartitaError(
      'UNSUPPORTED',
      `The batch at offset ${header.baseOffset} is compressed with ${header.compressionType}: decodeBatch reads it.`,
    )
  }
  const end = position + header.byteLength
  return decodingBatch(header, () => readRecords(bytes, position + batchHeaderBytes, end, header))
}

/**
 * The records of any batch, decompressed where it is compressed.
 * @throws PartitaError `MALFORMED`; `MISSING_PACKAGE` naming what to install to read that compression
 */
export async function decodeBatch(
  bytes: Uint8Array,
  header: BatchHeader,
  options: DecodeBatchOptions = {},
): Promise<FetchedRecord[]> {
  if (header.compressionType === 'none') return recordsOf(bytes, header)
  const { position, byteLength } = header
  const codec = await loadCodec(header.compressionType)
  const compressed = bytes.subarray(position + batchHeaderBytes, position + byteLength)
  const records = await codec.decompress(compressed, options.maxDecompressedBytes ?? defaultMaxDecompressedBytes)
  return decodingBatch(header, () => readRecords(records, 0, records.length, header))
}

function decodingBatch<T>(header: BatchHeader, step: () => T): T {
  return decoding(`The record batch at offset ${header.baseOffset}`, undefined, step)
}
