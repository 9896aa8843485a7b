import type { CompressionCodec } from './codec.ts'
import { notDecompressed, optionalPackage, tooLarge } from './failures.ts'
import { rawSnappyLength } from './snappy-block.ts'
import { isXerial, toXerial, xerialBlocks } from './xerial.ts'

/** What Java's stream cuts its input into. */
const blockBytes = 32_768

/** Over the optional package `snappy`: writes framed blocks as Java does, reads those and raw ones. */
export async function loadSnappyCodec(): Promise<CompressionCodec> {
  const snappy = await optionalPackage('snappy', 'snappy', () => import('snappy'))
  return {
    async compress(bytes) {
      const blocks: Promise<Uint8Array>[] = []
      for (let at = 0; at < bytes.length; at += blockBytes) {
        blocks.push(snappy.compress(bytes.subarray(at, at + blockBytes)))
      }
      return toXerial(await Promise.all(blocks))
    },
    async decompress(bytes, maxBytes) {
      const blocks = isXerial(bytes) ? xerialBlocks(bytes) : [bytes]
      // The package allocates what a block announces: so add it up first.
      const length = blocks.reduce((sum, block) => sum + rawSnappyLength(block), 0)
      if (length > maxBytes) throw tooLarge('snappy', maxBytes)
      const whole = new Uint8Array(length)
      let at = 0
      for (const block of blocks) {
        const part = await uncompressed(block)
        whole.set(part, at)
        at += part.length
      }
      return whole
    },
  }

  async function uncompressed(block: Uint8Array): Promise<Uint8Array> {
    try {
      return (await snappy.uncompress(block, { asBuffer: true })) as Uint8Array
    } catch (error) {
      throw notDecompressed('snappy', error)
    }
  }
}
