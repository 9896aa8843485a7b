import type { ByteWriter } from '../bytes/byte-writer.ts'
import { putInt32 } from '../bytes/put.ts'

/** Leaves room for the four bytes of length that stand before each frame. */
export function startFrame(writer: ByteWriter): void {
  writer.reserve(4)
}

/** Sets the length: the frame is complete. */
export function finishFrame(writer: ByteWriter): ByteWriter {
  putInt32(writer.bytes, 0, writer.length - 4)
  return writer
}
