/**
 * FNV-1a, 32 bits.
 * @returns an unsigned 32-bit number
 */
export function fnv1a(bytes: Uint8Array, length: number = bytes.length): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash >>> 0
}
