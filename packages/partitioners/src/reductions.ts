/** From a hash to a whole number that is not negative, which is then taken modulo the number of partitions. */
export type Reduction = (hash: number) => number

/** The sign bit is cleared. (Java's `Utils.toPositive`.) */
export function mask(hash: number): number {
  return hash & 0x7fffffff
}

/** The hash read as a signed number, without its sign; -2^31 becomes 2^31. (Sarama, librdkafka's fnv1a.) */
export function abs(hash: number): number {
  return Math.abs(hash | 0)
}

/** As {@link abs}, but -2^31, which has no opposite among Java's ints, becomes 0. (Scala's `Utils.abs`, Spring.) */
export function absOrZero(hash: number): number {
  const signed = hash | 0
  return signed === -0x80000000 ? 0 : Math.abs(signed)
}

/** The hash read as an unsigned number, which is how the hashes here are given. */
export function asIs(hash: number): number {
  return hash
}
