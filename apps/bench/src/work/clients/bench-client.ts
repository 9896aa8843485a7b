/** One client under test, on one topic. */
export interface BenchClient {
  /** Sends records `from` up to, and without, `from + count` in one call; settles when all are acknowledged. */
  send(from: number, count: number): Promise<unknown>
  /** Joins a group of its own and reads the topic from its beginning. */
  consume(groupId: string, counted: (more: number) => void): Promise<void>
}

/** The keys that every client writes. */
export const keys: readonly string[] = Array.from({ length: 10_007 }, (_, i) => `user-${i}`)

/** A record for clients that take arrays of them. */
export function messages(from: number, count: number, value: Buffer): { key: string; value: Buffer }[] {
  return Array.from({ length: count }, (_, i) => ({ key: keys[(from + i) % keys.length]!, value }))
}
