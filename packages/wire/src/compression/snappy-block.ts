import { ByteReader } from '../bytes/byte-reader.ts'
import { decoding } from '../bytes/checked.ts'

/**
 * The decompressed length that a raw snappy block announces in its first bytes.
 * @throws PartitaError `MALFORMED`
 */
export function rawSnappyLength(block: Uint8Array): number {
  return decoding('A snappy block', undefined, () => new ByteReader(block).uvarint())
}
