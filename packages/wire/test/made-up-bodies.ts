import type { AnyType, Api, Field } from '@partita/wire'
import fc from 'fast-check'
import { isFlexible } from '../src/schema/index.ts'

type Part = 'request' | 'response'

/**
 * Bodies of one API in one version, as decoding gives them: fields that the version does not carry have their defaults.
 */
export function bodies(api: Api, part: Part, version: number): fc.Arbitrary<unknown> {
  return valuesOf(api[part], version, isFlexible(api, version))
}

/** Every part of every version of some APIs, as rows for `test.each`. */
export function everyVersion(apis: readonly Api[]): { name: string; api: Api; part: Part; version: number }[] {
  return apis.flatMap((api) =>
    range(api.versions).flatMap((version) =>
      (['request', 'response'] as const).map((part) => ({
        name: `${api.name} v${version} ${part}`,
        api,
        part,
        version,
      })),
    ),
  )
}

export function range([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function valuesOf(type: AnyType, version: number, flexible: boolean): fc.Arbitrary<unknown> {
  const { form } = type
  switch (form.kind) {
    case 'integer':
      return fc.oneof(
        fc.constantFrom(form.min, form.max, 0),
        fc.maxSafeInteger().map((n) => within(n, form.min, form.max)),
      )
    case 'float':
      return fc.double({ noNaN: true })
    case 'bool':
      return fc.boolean()
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'))
    case 'string':
      return orNull(form.nullable, fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 60 })))
    case 'bytes':
      return orNull(form.nullable, fc.uint8Array({ maxLength: 150 }))
    case 'array':
      return orNull(form.nullable, fc.array(valuesOf(form.element, version, flexible), { maxLength: 3 }))
    case 'choice':
      return valuesOf(form.typeIn(version), version, flexible)
    case 'struct':
      return orNull(form.nullable, structsOf(form.fields, version, flexible))
  }
}

function structsOf(
  fields: Readonly<Record<string, AnyType | Field<unknown, never>>>,
  version: number,
  flexible: boolean,
) {
  const entries = Object.entries(fields).map(([name, field]): [string, fc.Arbitrary<unknown>] => {
    if (!('type' in field)) return [name, valuesOf(field, version, flexible)]
    const carried = field.first <= version && version <= field.last && (field.tag === undefined || flexible)
    const fallback = fc.constant(field.default)
    if (!carried) return [name, fallback]
    const given = valuesOf(field.type, version, flexible)
    return [name, field.tag === undefined ? given : fc.oneof(given, fallback)]
  })
  return fc.record(Object.fromEntries(entries))
}

function orNull(nullable: boolean, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return nullable ? fc.option(values) : values
}

function within(n: number, min: number, max: number): number {
  if (n >= min && n <= max) return n
  const span = max - min + 1
  return min + (((n % span) + span) % span)
}
