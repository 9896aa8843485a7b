import type { AnyType } from '@partita/wire'

/**
 * The same answer as @platformatic/kafka can read it: without errors (it throws them), with nothing in tagged fields (it
 * skips them wrongly), with empty arrays in place of null (it makes no difference), and without records, which have a
 * test of their own.
 */
export function asTheyCanRead(type: AnyType, version: number, value: unknown): unknown {
  const { form } = type
  if (form.kind === 'array') {
    return ((value ?? []) as unknown[]).map((element) => asTheyCanRead(form.element, version, element))
  }
  if (form.kind === 'choice') return asTheyCanRead(form.typeIn(version), version, value)
  if (form.kind !== 'struct' || value === null) return value
  return Object.fromEntries(
    Object.entries(form.fields).map(([name, field]) => {
      const inner = (value as Record<string, unknown>)[name]
      if (/errorCode$/i.test(name)) return [name, 0]
      if (name === 'batchIndexErrorMessage') return [name, null]
      if (name === 'records') return [name, new Uint8Array(0)]
      if (!('type' in field)) return [name, asTheyCanRead(field, version, inner)]
      return [name, field.tag === undefined ? asTheyCanRead(field.type, version, inner) : field.default]
    }),
  )
}
