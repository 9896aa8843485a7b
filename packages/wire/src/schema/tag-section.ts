import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Codec, Fields, Format } from './type.ts'
import { located } from '../bytes/fault.ts'
import { carries, isField } from './field.ts'
import { isSame } from './same.ts'

interface TaggedStep {
  readonly name: string
  readonly tag: number
  readonly codec: Codec<unknown>
  readonly default: unknown
}

/** The tagged fields of one struct in one version. */
export interface TagSection {
  /** Sets the fields that are there; skips tags that this version of the schema does not know. */
  read(reader: ByteReader, out: Record<string, unknown>): void
  /** Writes the fields that are given and differ from their default, by ascending tag. */
  write(writer: ByteWriter, value: Readonly<Record<string, unknown>>): void
}

/** KIP-482: a count, then each field as tag, length and content. */
export function tagSection(fields: Fields, format: Format): TagSection {
  const steps = taggedSteps(fields, format)
  const byTag = new Map(steps.map((step) => [step.tag, step]))

  function read(reader: ByteReader, out: Record<string, unknown>): void {
    const count = reader.uvarint()
    if (count === 0) return
    if (count * 2 > reader.remaining)
      throw reader.fault(`${count} tagged fields cannot be in ${reader.remaining} bytes`)
    for (let i = 0; i < count; i++) {
      const step = byTag.get(reader.uvarint())
      const length = reader.uvarint()
      if (step === undefined) reader.skip(length)
      else out[step.name] = locate(step.name, () => reader.within(length, step.codec.read))
    }
  }

  function write(writer: ByteWriter, value: Readonly<Record<string, unknown>>): void {
    if (steps.length === 0) return writer.int8(0)
    const given = steps.filter(({ name, default: fallback }) => {
      const field = value[name]
      return field !== undefined && !isSame(field, fallback)
    })
    writer.uvarint(given.length)
    for (const { name, tag, codec } of given) {
      writer.uvarint(tag)
      writer.sized(() => locate(name, () => codec.write(writer, value[name])))
    }
  }

  return { read, write }
}

function taggedSteps(fields: Fields, format: Format): TaggedStep[] {
  const steps: TaggedStep[] = []
  for (const [name, field] of Object.entries(fields)) {
    if (!isField(field) || field.tag === undefined || !carries(field, format)) continue
    const codec = field.type.codec(format) as unknown as Codec<unknown>
    steps.push({ name, tag: field.tag, codec, default: field.default })
  }
  return steps.toSorted((a, b) => a.tag - b.tag)
}

function locate<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw located(error, name)
  }
}
