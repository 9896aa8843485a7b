import { PartitaError } from '@partita/protocol'

const magic = [0x28, 0xb5, 0x2f, 0xfd]

/** Bytes of the content size, by the two highest bits of the descriptor. */
const sizeBytes = [0, 2, 4, 8]
const dictionaryIdBytes = [0, 1, 2, 4]

/**
 * The decompressed size that a zstd frame announces in its header (RFC 8878, 3.1.1.1), or `undefined` where it does not.
 * @throws PartitaError `MALFORMED` where the bytes do not begin with a zstd frame
 */
export function zstdContentSize(bytes: Uint8Array): number | undefined {
  const descriptor = bytes[4]
  if (descriptor === undefined || magic.some((byte, i) => bytes[i] !== byte)) throw notAFrame()
  const singleSegment = (descriptor & 0x20) !== 0
  const flag = descriptor >> 6
  const length = flag === 0 && singleSegment ? 1 : sizeBytes[flag]!
  if (length === 0) return undefined
  const start = 5 + (singleSegment ? 0 : 1) + dictionaryIdBytes[descriptor & 3]!
  if (bytes.length < start + length) throw notAFrame()
  let size = 0
  for (let i = start + length - 1; i >= start; i--) size = size * 256 + bytes[i]!
  return length === 2 ? size + 256 : size
}

function notAFrame(): PartitaError {
  return new PartitaError('MALFORMED', 'Data compressed with zstd does not begin with a zstd frame.')
}
