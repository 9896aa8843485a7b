import { PartitaError } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'

/**
 * The framing that snappy-java ("xerial") puts around raw snappy blocks, and in which Java writes Kafka's batches: 0x82
 * "SNAPPY" 0x00, a version and the lowest compatible one, then each block with its length before it.
 */
const magic = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0)
const version = 1
const headerBytes = 16

/** Whether bytes are framed; other clients write one raw block without a frame. */
export function isXerial(bytes: Uint8Array): boolean {
  return bytes.length >= headerBytes && magic.every((byte, i) => bytes[i] === byte)
}

/** The raw blocks in a frame, as views. Throws `MALFORMED` where a length does not fit. */
export function xerialBlocks(bytes: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(bytes, headerBytes)
  const blocks: Uint8Array[] = []
  while (reader.remaining > 0) {
    const length = reader.remaining < 4 ? -1 : reader.int32()
    if (length < 0 || length > reader.remaining) {
      throw new PartitaError(
        'MALFORMED',
        `A snappy block at byte ${reader.position} does not fit the bytes that follow.`,
      )
    }
    blocks.push(reader.take(length))
  }
  return blocks
}

export function toXerial(blocks: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(headerBytes + blocks.reduce((sum, block) => sum + 4 + block.length, 0))
  writer.raw(magic)
  writer.int32(version)
  writer.int32(version)
  for (const block of blocks) {
    writer.int32(block.length)
    writer.raw(block)
  }
  return writer.written()
}
