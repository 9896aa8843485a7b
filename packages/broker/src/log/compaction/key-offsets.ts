/** How much the keys of one run may take, about: as Kafka's `log.cleaner.dedupe.buffer.size`. */
const maxBytes = 128 * 1024 * 1024
/** What an entry takes besides its key. */
const entryBytes = 64

/** The last offset of each key. It takes so much and no more: then the rest is for the next run. */
export interface KeyOffsets {
  readonly isFull: boolean
  put(key: Uint8Array, offset: number): void
  /** -1 for a key that was not put. */
  lastOf(key: Uint8Array): number
}

export function createKeyOffsets(limit: number = maxBytes): KeyOffsets {
  const offsets = new Map<string, number>()
  // One character per byte, and another for each: two keys are the same text only where they are the same bytes.
  const decoder = new TextDecoder('windows-1252')
  let bytes = 0
  return {
    get isFull() {
      return bytes >= limit
    },
    put(key, offset) {
      const text = decoder.decode(key)
      if (!offsets.has(text)) bytes += text.length + entryBytes
      offsets.set(text, offset)
    },
    lastOf: (key) => offsets.get(decoder.decode(key)) ?? -1,
  }
}
