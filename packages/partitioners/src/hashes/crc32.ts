const table = buildTable()

/**
 * CRC-32 of IEEE 802.3 (zlib's): reflected polynomial 0xEDB88320. Not the CRC-32C of Kafka's record batches.
 * @returns an unsigned 32-bit number
 */
export function crc32(bytes: Uint8Array, length: number = bytes.length): number {
  let crc = -1
  for (let i = 0; i < length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/**
 * CRC-32 over the low byte of every UTF-16 unit, as no-kafka's `HashCRC32Partitioner` takes it: equal to {@link crc32}
 * of the key for ASCII only.
 */
export function crc32OfLowBytes(text: string): number {
  let crc = -1
  for (let i = 0; i < text.length; i++) crc = table[(crc ^ text.charCodeAt(i)) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/**
 * CRC-32 over as many bytes of a UTF-8 text as the text has characters: what rdkafka-ruby (and so WaterDrop) hashes for
 * a `partition_key`, since it hands the character count over as the byte length. Equal to {@link crc32} for ASCII only.
 */
export function crc32CutToCharacterCount(bytes: Uint8Array, length: number = bytes.length): number {
  let characters = 0
  for (let i = 0; i < length; i++) if ((bytes[i]! & 0xc0) !== 0x80) characters++
  return crc32(bytes, characters)
}

function buildTable(): Int32Array {
  const entries = new Int32Array(256)
  for (let i = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : 0xedb88320 ^ (crc >>> 1)
    entries[i] = crc
  }
  return entries
}
