const pieceBytes = 16 * 1024
const roomBytes = 256

let piece = new Uint8Array(0)
let used = 0

/**
 * Room for a small frame, which a larger one grows out of. It is cut off a piece that many share, one after the other: memory of its
 * own, which has to be asked for, cleared and looked after, costs more than what is written into it.
 */
export function frameRoom(): Uint8Array {
  if (used + roomBytes > piece.length) {
    piece = new Uint8Array(pieceBytes)
    used = 0
  }
  used += roomBytes
  return piece.subarray(used - roomBytes, used)
}
