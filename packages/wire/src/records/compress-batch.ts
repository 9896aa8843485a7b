import type { CompressionType } from '@partita/protocol'
import { putInt16, putInt32 } from '../bytes/put.ts'
import { compressionCode } from '../compression/compression-types.ts'
import { loadCodec } from '../compression/load-codec.ts'
import { readBatchHeader } from './batch-header.ts'
import { at, batchHeaderBytes, lengthFieldEnd } from './batch-layout.ts'
import { putCrc } from './seal-batch.ts'

/**
 * A finished batch with its records compressed: the same header but for the attributes, the length and the CRC. `'none'`,
 * and a batch that is compressed already, come back as they are.
 * @throws PartitaError `MISSING_PACKAGE` naming what to install for that compression
 */
export async function compressBatch(batch: Uint8Array, type: CompressionType): Promise<Uint8Array> {
  const header = readBatchHeader(batch)
  if (type === 'none' || header.compressionType !== 'none') return batch
  const codec = await loadCodec(type)
  const records = await codec.compress(batch.subarray(batchHeaderBytes, header.byteLength))
  const compressed = new Uint8Array(batchHeaderBytes + records.length)
  compressed.set(batch.subarray(0, batchHeaderBytes))
  compressed.set(records, batchHeaderBytes)
  putInt32(compressed, at.batchLength, compressed.length - lengthFieldEnd)
  putInt16(compressed, at.attributes, header.attributes | compressionCode(type))
  putCrc(compressed, 0, compressed.length)
  return compressed
}
