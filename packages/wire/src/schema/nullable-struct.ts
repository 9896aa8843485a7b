import type { Fields, Type } from './type.ts'
import { struct } from './struct.ts'

/** Says that a struct follows; anything below it, that none does. */
const present = 1
const absent = -1

/** A struct that may be `null`: a byte says whether it is there. */
/* @__NO_SIDE_EFFECTS__ */
export function nullableStruct<const F extends Fields>(
  fields: F,
): StructOf<F> extends Type<infer Out, infer In> ? Type<Out | null, In | null> : never {
  const inner = struct(fields)
  const type: Type<unknown> = {
    zero: null,
    form: { kind: 'struct', fields, nullable: true },
    codec(format) {
      const codec = inner.codec(format)
      return {
        minBytes: 1,
        read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
        write(writer, value) {
          writer.int8(value === null ? absent : present)
          if (value !== null) codec.write(writer, value as never)
        },
      }
    },
  }
  return type as never
}

type StructOf<F extends Fields> = ReturnType<typeof struct<F>>
