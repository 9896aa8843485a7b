/** Whether two decoded values are the same: numbers, strings, bytes, and arrays and objects of them. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || a instanceof Uint8Array) return isSameList(a, b)
  const entries = Object.entries(b)
  // A key that is missing in `a` stands for the default, which is what `b` is.
  return entries.every(([name, value]) => {
    const given = (a as Readonly<Record<string, unknown>>)[name]
    return given === undefined || isSame(given, value)
  })
}

function isSameList(a: ArrayLike<unknown>, b: object): boolean {
  if (!('length' in b) || b.length !== a.length) return false
  return Array.from(a).every((value, i) => isSame(value, (b as ArrayLike<unknown>)[i]))
}
