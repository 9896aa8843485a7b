/** One way of compression, of bytes that are in memory in full. */
export interface CompressionCodec {
  compress(bytes: Uint8Array): Promise<Uint8Array>
  /**
   * @param maxBytes what the result may take at most
   * @throws PartitaError `MALFORMED` where the bytes are not what they claim to be, or would become more than that
   */
  decompress(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>
}
