import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { AnyType, Codec, Decoded, Encodable, Field, Fields, Format, Type } from './type.ts'
import { Fault, located } from '../bytes/fault.ts'
import { carries, isField } from './field.ts'
import { show } from './show.ts'
import { tagSection } from './tag-section.ts'

type DecodedFields<F extends Fields> = { readonly [K in keyof F]: Decoded<TypeOf<F[K]>> }

type EncodableFields<F extends Fields> = {
  readonly [K in keyof F as F[K] extends AnyType ? K : never]: Encodable<F[K]>
} & {
  readonly [K in keyof F as F[K] extends AnyType ? never : K]?: Encodable<TypeOf<F[K]>> | undefined
}

type TypeOf<T> = T extends { readonly type: infer U } ? U : T

/** One step of a struct: a field as one version has it. */
interface Step {
  readonly name: string
  /** `undefined` where the version does not carry the field in this place. */
  readonly codec: Codec<unknown> | undefined
  readonly default: unknown
}

/**
 * Fields one after the other, in the order they are written here, which is the wire's. Decoding gives every field;
 * encoding demands those that are a bare type.
 */
/* @__NO_SIDE_EFFECTS__ */
export function struct<const F extends Fields>(fields: F): Type<DecodedFields<F>, EncodableFields<F>> {
  const zero = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field)]))
  return {
    zero: Object.freeze(zero) as DecodedFields<F>,
    form: { kind: 'struct', fields, nullable: false },
    codec: (format) => structCodec(fields, format) as unknown as Codec<DecodedFields<F>, EncodableFields<F>>,
  }
}

function structCodec(fields: Fields, format: Format): Codec<Record<string, unknown>> {
  const steps = Object.entries(fields).map(([name, field]): Step => {
    const untagged = !isField(field) || (field.tag === undefined && carries(field, format))
    const codec = untagged ? (typeOf(field).codec(format) as unknown as Codec<unknown>) : undefined
    return { name, codec, default: isField(field) ? field.default : undefined }
  })
  const tags = format.flexible ? tagSection(fields, format) : undefined
  const minBytes = steps.reduce((sum, { codec }) => sum + (codec?.minBytes ?? 0), tags === undefined ? 0 : 1)

  function read(reader: ByteReader): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    let name = ''
    try {
      for (const step of steps) {
        name = step.name
        out[name] = step.codec === undefined ? step.default : step.codec.read(reader)
      }
    } catch (error) {
      throw located(error, name)
    }
    tags?.read(reader, out)
    return out
  }

  function write(writer: ByteWriter, value: Record<string, unknown>): void {
    if (typeof value !== 'object' || value === null) throw new Fault(`must be an object; got ${show(value)}`)
    let name = ''
    try {
      for (const step of steps) {
        if (step.codec === undefined) continue
        name = step.name
        const given = value[name]
        step.codec.write(writer, given === undefined ? step.default : given)
      }
    } catch (error) {
      throw located(error, name)
    }
    tags?.write(writer, value)
  }

  return { minBytes, read, write }
}

function typeOf(field: AnyType | Field<unknown, never>): AnyType {
  return isField(field) ? field.type : field
}

function defaultOf(field: AnyType | Field<unknown, never>): unknown {
  return isField(field) ? field.default : field.zero
}
