/** A value as an error message shows it: never long, and never the content of bytes or text (they may be secret). */
export function show(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'string' ? `a string of ${value.length}` : `a value of type ${typeof value}`
}
