/** The Castagnoli polynomial, bits reversed. Node's `zlib.crc32` computes another CRC (IEEE's). */
const polynomial = 0x82f63b78

/** Sixteen tables of 256: table `k` is the CRC of a byte with `k` zero bytes behind it ("slicing by 16"). */
const table = buildTable()

/** From here on sixteen bytes a step are worth the view they are read through (measured on Node 20). */
const longBytes = 512

/** CRC-32C of a piece of bytes, as an unsigned number. `"123456789"` gives 0xe3069283. */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const t = table
  let crc = -1
  let i = start
  if (end - start >= longBytes) {
    i = end - ((end - start) & 15)
    crc = crcOfSixteens(bytes, start, i)
  }
  for (const last = end - 7; i < last; i += 8) {
    const lastFour =
      t[0x300 | bytes[i + 4]!]! ^ t[0x200 | bytes[i + 5]!]! ^ t[0x100 | bytes[i + 6]!]! ^ t[bytes[i + 7]!]!
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc =
      t[0x700 | (crc & 0xff)]! ^
      t[0x600 | ((crc >>> 8) & 0xff)]! ^
      t[0x500 | ((crc >>> 16) & 0xff)]! ^
      t[0x400 | (crc >>> 24)]! ^
      lastFour
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!
  return ~crc >>> 0
}

/**
 * Not inverted at the end. Read in words of 32 bits: 0.66 ns a byte instead of 0.90 (measured on Node 20). What does not wait
 * for the bytes before comes first, so that the processor has it ready when they are done: 6 % less on Node 20, 20 % on 24.
 */
function crcOfSixteens(bytes: Uint8Array, start: number, end: number): number {
  const t = table
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let crc = -1
  for (let i = start; i < end; i += 16) {
    const b = view.getInt32(i + 4, true)
    const c = view.getInt32(i + 8, true)
    const d = view.getInt32(i + 12, true)
    const lastTwelve =
      t[0xb00 | (b & 0xff)]! ^
      t[0xa00 | ((b >>> 8) & 0xff)]! ^
      t[0x900 | ((b >>> 16) & 0xff)]! ^
      t[0x800 | (b >>> 24)]! ^
      t[0x700 | (c & 0xff)]! ^
      t[0x600 | ((c >>> 8) & 0xff)]! ^
      t[0x500 | ((c >>> 16) & 0xff)]! ^
      t[0x400 | (c >>> 24)]! ^
      t[0x300 | (d & 0xff)]! ^
      t[0x200 | ((d >>> 8) & 0xff)]! ^
      t[0x100 | ((d >>> 16) & 0xff)]! ^
      t[d >>> 24]!
    const a = crc ^ view.getInt32(i, true)
    const firstFour =
      t[0xf00 | (a & 0xff)]! ^
      t[0xe00 | ((a >>> 8) & 0xff)]! ^
      (t[0xd00 | ((a >>> 16) & 0xff)]! ^ t[0xc00 | (a >>> 24)]!)
    crc = firstFour ^ lastTwelve
  }
  return crc
}

/* @__NO_SIDE_EFFECTS__ */
function buildTable(): Int32Array {
  const built = new Int32Array(16 * 256)
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
