import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'

/**
 * What a field can hold: `Out` is what decoding gives, `In` what encoding takes (fields with a default may be missing
 * there). One `Type` serves every version of its API; {@link Type.codec} fits it to one.
 */
export interface Type<Out, In = Out> {
  /** What a field of this type holds where a version does not carry it and no other default is given: Kafka's own. */
  readonly zero: Out
  /** What it is made of. */
  readonly form: Form
  /** The type as one version has it. */
  codec(format: Format): Codec<Out, In>
}

/** What a type is made of, for those who walk through schemas: tests that make messages up, tools that show them. */
export type Form =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'float' | 'bool' | 'uuid' }
  | { readonly kind: 'string' | 'bytes'; readonly nullable: boolean }
  | { readonly kind: 'array'; readonly element: AnyType; readonly nullable: boolean }
  | { readonly kind: 'struct'; readonly fields: Fields; readonly nullable: boolean }
  /** One of two types, depending on the version. */
  | { readonly kind: 'choice'; readonly typeIn: (version: number) => AnyType }

/** A type that has a variant with `null`, of the same encoding. */
export interface NullableType<Out, In = Out> extends Type<Out, In> {
  readonly orNull: Type<Out | null, In | null>
}

/** One version of one API, as far as the encoding depends on it. */
export interface Format {
  readonly version: number
  /** KIP-482: compact lengths, and a section of tagged fields at the end of every struct. */
  readonly flexible: boolean
}

/** A type fitted to one version: made once, then called for every message. */
export interface Codec<Out, In = Out> {
  /** No encoding of this type is shorter: what an array's count is checked against before anything is allocated. */
  readonly minBytes: number
  readonly read: (reader: ByteReader) => Out
  readonly write: (writer: ByteWriter, value: In) => void
}

/** A type of any values. */
export type AnyType = Type<unknown, never>

/**
 * A field that not every version carries, or that may be left out. Where a version does not carry it, decoding gives its
 * default and encoding drops what was given, silently: a caller that must not lose it has to look at the version.
 */
export interface Field<Out, In = Out> {
  readonly type: Type<Out, In>
  /** The first version that carries it. */
  readonly first: number
  /** The last version that carries it. */
  readonly last: number
  /** Of a tagged field (KIP-482), which is written only where it differs from its default. */
  readonly tag: number | undefined
  readonly default: Out
}

/** A struct's fields: a bare type is carried by every version, and encoding demands it. */
export type Fields = Readonly<Record<string, AnyType | Field<unknown, never>>>

/** What decoding a type gives. */
export type Decoded<T> = T extends Type<infer Out, infer _> ? Out : never

/** What encoding a type takes. */
export type Encodable<T> = T extends Type<infer _, infer In> ? In : never
