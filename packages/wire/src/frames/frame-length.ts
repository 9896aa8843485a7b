import type { ByteWriter } from '../bytes/byte-writer.ts'
import { putInt32 } from '../bytes/put.ts'

/** Leaves room for the four bytes of length that stand before each frame. */
export function startFrame(writer: ByteWriter): void {
  writer.reserve(4)
}

/** Sets the length and gives the frame. */
export function finishFrame(writer: ByteWriter): Uint8Array {
  putInt32(writer.bytes, 0, writer.length - 4)
  return writer.written()
}
