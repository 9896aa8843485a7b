const decoder = new TextDecoder()

/** The UTF-8 text of bytes, for expectations; null stays null. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : decoder.decode(bytes)
}
