import type { Bytes } from './records.ts'
import type { Headers } from './headers.ts'
import { isPartitaError, PartitaError, reasonOf } from './errors.ts'

/** What a serde may look at besides the value. */
export interface SerdeContext {
  readonly topic: string
  readonly target: 'key' | 'value'
  readonly headers: Headers
}

/** Value to bytes; a string result stands for its UTF-8 form. `null` never comes here: it is a tombstone, or no key. */
export interface Serializer<T> {
  serialize(value: T, context: SerdeContext): Bytes
}

/** Bytes to value. `null` never comes here. The bytes are a view: copy what is kept beyond the handler. */
export interface Deserializer<T> {
  deserialize(bytes: Uint8Array, context: SerdeContext): T
}

export interface Serde<T> extends Serializer<T>, Deserializer<T> {}

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 text. Bytes that are not UTF-8 are refused, not replaced. (Java: `StringSerializer`.) */
export const stringSerde: Serde<string> = {
  serialize: (value) => (typeof value === 'string' ? value : refuse('a string', value)),
  deserialize: (bytes) => strictDecoder.decode(bytes),
}

/** Bytes as they are. (Java: `ByteArraySerializer`.) */
export const bytesSerde: Serde<Uint8Array> = {
  serialize: (value) => (value instanceof Uint8Array ? value : refuse('a Uint8Array', value)),
  deserialize: (bytes) => bytes,
}

/**
 * What a producer uses when told nothing: strings as UTF-8, bytes as they are, anything else refused (a number or an
 * object would have to be guessed at).
 */
export const textOrBytesSerializer: Serializer<Bytes> = {
  serialize: (value) =>
    typeof value === 'string' || value instanceof Uint8Array
      ? value
      : refuse('a string or a Uint8Array (or give the producer a serializer, such as jsonSerde)', value),
}

/** JSON text. `undefined`, functions and cycles, which JSON cannot say, are refused. */
export function jsonSerde<T = unknown>(): Serde<T> {
  return {
    serialize(value) {
      const text = JSON.stringify(value) as string | undefined
      return text ?? refuse('a value that JSON can express', value)
    },
    deserialize: (bytes) => JSON.parse(strictDecoder.decode(bytes)) as T,
  }
}

/** Four bytes, big-endian, two's complement. (Java: `IntegerSerializer`.) */
export const int32Serde: Serde<number> = {
  serialize(value) {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) refuse('an integer of 32 bits', value)
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, value)
    return bytes
  },
  deserialize: (bytes) => viewOf(bytes, 4).getInt32(0),
}

/** Eight bytes, big-endian, two's complement. (Java: `LongSerializer`.) */
export const int64Serde: Serde<bigint> = {
  serialize(value) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) refuse('a bigint of 64 bits', value)
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, value)
    return bytes
  },
  deserialize: (bytes) => viewOf(bytes, 8).getBigInt64(0),
}

/** The part of the Standard Schema interface (standardschema.dev, version 1) that is used here. */
export interface StandardSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] }

/**
 * JSON that is checked by any Standard Schema validator (zod, valibot, arktype, …) on its way in and on its way out. The
 * validator must be synchronous.
 *
 * On the way in the *input* is checked and written as given; on the way out the validator's *output* is handed on, with
 * its defaults and transformations.
 */
export function schemaSerde<Input, Output>(
  schema: StandardSchema<Input, Output>,
): Serializer<Input> & Deserializer<Output> {
  const json = jsonSerde<unknown>()
  function check(value: unknown): Output {
    const result = schema['~standard'].validate(value)
    if (result instanceof Promise) {
      throw new TypeError(
        `the ${schema['~standard'].vendor} schema validates asynchronously; a serde needs a synchronous one`,
      )
    }
    if (result.issues === undefined) return result.value
    const issues = result.issues.map(({ message, path = [] }) => {
      const where = path.map((step) => String(isPathSegment(step) ? step.key : step)).join('.')
      return where === '' ? message : `${where}: ${message}`
    })
    throw new TypeError(issues.join('; '))
  }
  return {
    serialize(value, context) {
      check(value)
      return json.serialize(value, context)
    },
    deserialize: (bytes, context) => check(json.deserialize(bytes, context)),
  }
}

/** Serializes one key or value. Whatever goes wrong becomes `SERIALIZATION_FAILED` with the place and the cause. */
export function serialize<T>(serializer: Serializer<T>, value: T, context: SerdeContext): Bytes {
  let bytes: Bytes
  try {
    bytes = serializer.serialize(value, context)
  } catch (cause) {
    throw serdeError(
      'SERIALIZATION_FAILED',
      `The ${context.target} cannot be serialized: ${reasonOf(cause)}`,
      context,
      cause,
    )
  }
  if (typeof bytes === 'string' || bytes instanceof Uint8Array) return bytes
  const got = bytes === null ? 'null' : typeof bytes
  throw serdeError(
    'SERIALIZATION_FAILED',
    `The ${context.target}'s serializer gave ${got}; it must give a Uint8Array or a string.`,
    context,
  )
}

/** Deserializes one key or value. Whatever goes wrong becomes `DESERIALIZATION_FAILED` with the place and the cause. */
export function deserialize<T>(deserializer: Deserializer<T>, bytes: Uint8Array, context: SerdeContext): T {
  try {
    return deserializer.deserialize(bytes, context)
  } catch (cause) {
    throw serdeError(
      'DESERIALIZATION_FAILED',
      `The ${context.target} cannot be deserialized: ${reasonOf(cause)}`,
      context,
      cause,
    )
  }
}

/** The UTF-8 form of a string; bytes as they are. */
export function toBytes(bytes: Bytes): Uint8Array {
  return typeof bytes === 'string' ? encoder.encode(bytes) : bytes
}

function serdeError(
  code: 'SERIALIZATION_FAILED' | 'DESERIALIZATION_FAILED',
  message: string,
  context: SerdeContext,
  cause?: unknown,
): PartitaError {
  if (isPartitaError(cause)) return cause
  return new PartitaError(code, message, { topic: context.topic, cause })
}

function refuse(expected: string, value: unknown): never {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
  throw new TypeError(`expected ${expected}, got ${got}`)
}

function viewOf(bytes: Uint8Array, length: number): DataView {
  if (bytes.length !== length) throw new TypeError(`expected ${length} bytes, got ${bytes.length}`)
  return new DataView(bytes.buffer, bytes.byteOffset, length)
}

function isPathSegment(step: unknown): step is { readonly key: unknown } {
  return typeof step === 'object' && step !== null && 'key' in step
}
