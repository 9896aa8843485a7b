/**
 * Feeds a message to a hash of the MD5 and SHA-1 kind, 64 bytes at a time: the message, a byte 0x80, zeros, and the
 * message's length in bits as the last eight bytes.
 * @param bigEndian how bytes make words: SHA-1 yes, MD5 no
 * @param compress called once a block, with 16 words that are reused for the next one
 */
export function eachPaddedBlock(
  bytes: Uint8Array,
  length: number,
  bigEndian: boolean,
  compress: (words: Int32Array) => void,
): void {
  const words = new Int32Array(16)
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  let at = 0
  for (; at + 64 <= length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i, !bigEndian)
    compress(words)
  }
  const rest = length - at
  const end = new Uint8Array(rest < 56 ? 64 : 128)
  end.set(bytes.subarray(at, length))
  end[rest] = 0x80
  const endView = new DataView(end.buffer)
  const [low, high] = [length << 3, Math.floor(length / 0x2000_0000)]
  endView.setInt32(end.length - 8, bigEndian ? high : low, !bigEndian)
  endView.setInt32(end.length - 4, bigEndian ? low : high, !bigEndian)
  for (let from = 0; from < end.length; from += 64) {
    for (let i = 0; i < 16; i++) words[i] = endView.getInt32(from + 4 * i, !bigEndian)
    compress(words)
  }
}
