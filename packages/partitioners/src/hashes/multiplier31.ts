/** Java's `Arrays.hashCode(byte[])`, as an unsigned 32-bit number. Bytes count as signed. */
export function arraysHashCode(bytes: Uint8Array, length: number = bytes.length): number {
  let hash = 1
  for (let i = 0; i < length; i++) hash = (Math.imul(31, hash) + ((bytes[i]! << 24) >> 24)) | 0
  return hash >>> 0
}

/** Java's `String.hashCode()`, over UTF-16 units, as an unsigned 32-bit number. */
export function stringHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash >>> 0
}

/** kafka-node's `KeyedPartitioner`: like {@link stringHashCode} in 31 bits, and 0 becomes 1. */
export function kafkaNodeHash(text: string): number {
  const hash = stringHashCode(text) & 0x7fffffff
  return hash === 0 ? 1 : hash
}
