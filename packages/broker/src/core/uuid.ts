import type { Clock } from '@partita/protocol'

/** A random (version 4) UUID as 32 hexadecimal digits, which is how the wire package writes topic ids. */
export function newUuid(clock: Clock): string {
  let digits = ''
  for (let i = 0; i < 32; i++) digits += Math.floor(clock.random() * 16).toString(16)
  // The version digit also keeps clear of the ids that Kafka reserves: all zeros, and zeros with a one at the end.
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}8${digits.slice(17)}`
}
