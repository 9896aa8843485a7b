import { PartitaError } from '@partita/protocol'

const magic = [0x04, 0x22, 0x4d, 0x18]

/** What a block may take decompressed, by its number in the frame descriptor. */
const blockBytes: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 }

/** One byte of an LZ4 block stands for 255 bytes at most. */
const maxRatio = 255

const flag = { dictionaryId: 0x01, contentSize: 0x08, blockChecksum: 0x10 } as const

/**
 * The most that an LZ4 frame can become, told from its header and the lengths of its blocks without decompressing any.
 * Exact but for its last block where all others are full, as every writer known makes them.
 * @throws PartitaError `MALFORMED` where the bytes are not an LZ4 frame
 */
export function lz4MaxDecompressedBytes(bytes: Uint8Array): number {
  const flags = bytes[4] ?? 0
  const blockMax = blockBytes[((bytes[5] ?? 0) >> 4) & 7]
  if (magic.some((byte, i) => bytes[i] !== byte) || flags >> 6 !== 1 || blockMax === undefined) throw notAFrame()
  // Magic, two descriptor bytes, what the flags say, and the descriptor's checksum.
  let at = 7 + (flags & flag.contentSize ? 8 : 0) + (flags & flag.dictionaryId ? 4 : 0)
  let most = 0
  for (;;) {
    if (at + 4 > bytes.length) throw notAFrame()
    const word = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    if (word === 0) return most
    // The highest bit says that the block is stored as it is.
    const length = word & 0x7fffffff
    most += Math.min(blockMax, word > 0x7fffffff ? length : length * maxRatio)
    at += 4 + length + (flags & flag.blockChecksum ? 4 : 0)
  }
}

function notAFrame(): PartitaError {
  return new PartitaError('MALFORMED', 'Data compressed with lz4 is not a whole LZ4 frame.')
}
