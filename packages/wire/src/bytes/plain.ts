/** What is read from a Node `Buffer` is to be plain bytes all the same: the two differ (`slice`, printing, equality). */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
