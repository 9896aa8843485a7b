import type { AnyType, Field, Format, NullableType, Type } from './type.ts'

export function isField(field: AnyType | Field<unknown, never>): field is Field<unknown, never> {
  return 'type' in field
}

/** Carried from a version on. */
/* @__NO_SIDE_EFFECTS__ */
export function since<Out, In>(first: number, type: Type<Out, In>, value: Out = type.zero): Field<Out, In> {
  return between(first, Infinity, type, value)
}

/** Carried up to and including a version. */
/* @__NO_SIDE_EFFECTS__ */
export function until<Out, In>(last: number, type: Type<Out, In>, value: Out = type.zero): Field<Out, In> {
  return between(0, last, type, value)
}

/** Carried from one version up to and including another. */
/* @__NO_SIDE_EFFECTS__ */
export function between<Out, In>(
  first: number,
  last: number,
  type: Type<Out, In>,
  value: Out = type.zero,
): Field<Out, In> {
  return { type, first, last, tag: undefined, default: value }
}

/** Carried by every version, but may be left out when encoding. */
/* @__NO_SIDE_EFFECTS__ */
export function optional<Out, In>(type: Type<Out, In>, value: Out = type.zero): Field<Out, In> {
  return since(0, type, value)
}

/** A tagged field of flexible versions, from a version on. */
/* @__NO_SIDE_EFFECTS__ */
export function tagged<Out, In>(
  tag: number,
  first: number,
  type: Type<Out, In>,
  value: Out = type.zero,
): Field<Out, In> {
  return { type, first, last: Infinity, tag, default: value }
}

/** A type that may be null from a version on. */
/* @__NO_SIDE_EFFECTS__ */
export function nullableSince<Out, In>(first: number, type: NullableType<Out, In>): Type<Out | null, In | null> {
  function typeIn(version: number): Type<Out | null, In | null> {
    return version >= first ? type.orNull : (type as Type<Out | null, In | null>)
  }
  return { zero: type.zero, form: { kind: 'choice', typeIn }, codec: (format) => typeIn(format.version).codec(format) }
}

/** Whether a version carries the field. */
export function carries(field: Field<unknown, never>, format: Format): boolean {
  if (field.tag !== undefined && !format.flexible) return false
  return field.first <= format.version && format.version <= field.last
}
