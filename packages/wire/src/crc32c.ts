/** The Castagnoli polynomial, bits reversed. Node's `zlib.crc32` computes another CRC (IEEE's). */
const polynomial = 0x82f63b78

/** Eight tables of 256: table `k` is the CRC of a byte with `k` zero bytes behind it ("slicing by 8"). */
const table = buildTable()

/** CRC-32C of a piece of bytes, as an unsigned number. `"123456789"` gives 0xe3069283. */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const t = table
  let crc = -1
  let i = start
  for (const last = end - 7; i < last; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc =
      t[0x700 | (crc & 0xff)]! ^
      t[0x600 | ((crc >>> 8) & 0xff)]! ^
      t[0x500 | ((crc >>> 16) & 0xff)]! ^
      t[0x400 | (crc >>> 24)]! ^
      t[0x300 | bytes[i + 4]!]! ^
      t[0x200 | bytes[i + 5]!]! ^
      t[0x100 | bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!
  return ~crc >>> 0
}

function buildTable(): Int32Array {
  const built = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0)
    built[byte] = crc
  }
  for (let i = 256; i < built.length; i++) {
    const before = built[i - 256]!
    built[i] = (before >>> 8) ^ built[before & 0xff]!
  }
  return built
}
