/**
 * Whether both are the same. The time it takes depends on how long the first is, and on nothing else: not on where the
 * first difference is, which whoever guesses could measure.
 * @param expected at least one byte
 */
export function sameBytes(given: Uint8Array, expected: Uint8Array): boolean {
  let difference = given.length ^ expected.length
  for (let i = 0; i < given.length; i++) difference |= given[i]! ^ expected[i % expected.length]!
  return difference === 0
}
