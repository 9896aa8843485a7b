/**
 * One header of a record: a name and a value. Names may repeat and order is kept, as in Kafka's own format.
 * A `null` value is a header without a value.
 */
export type Header = readonly [name: string, value: Uint8Array | null]

/** A record's headers, in the order they were written. */
export type Headers = readonly Header[]

/**
 * What a producer accepts as headers: ordered pairs, or an object where order and repetition do not matter.
 * A string value is written as UTF-8. An integer-like name (`'10'`) in an *object* comes first, as JavaScript orders
 * object keys: use pairs where order matters.
 */
export type HeadersInput =
  | readonly (readonly [name: string, value: Uint8Array | string | null])[]
  | Readonly<Record<string, Uint8Array | string | null>>

/** No headers: shared, so that the common record costs nothing. */
export const noHeaders: Headers = Object.freeze([])

const encoder = new TextEncoder()

/** Brings {@link HeadersInput} into its one form. Throws `TypeError` where a name is not a string or a value not bytes. */
export function toHeaders(input: HeadersInput | undefined): Headers {
  if (input === undefined) return noHeaders
  const pairs = Array.isArray(input) ? (input as readonly (readonly [string, unknown])[]) : Object.entries(input)
  return pairs.map((pair): Header => {
    // A string would come apart into characters.
    if (!Array.isArray(pair)) throw new TypeError('a header must be a pair of name and value')
    const [name, value] = pair as readonly [string, unknown]
    if (typeof name !== 'string') throw new TypeError(`a header's name must be a string, not ${typeof name}`)
    if (typeof value === 'string') return [name, encoder.encode(value)]
    if (value === null || value instanceof Uint8Array) return [name, value]
    throw new TypeError(`the header "${name}" must be a string, bytes or null, not ${typeof value}`)
  })
}

/** The value of the *last* header of that name (Java's `lastHeader`), or `undefined` where there is none. */
export function lastHeader(headers: Headers, name: string): Uint8Array | null | undefined {
  for (let i = headers.length - 1; i >= 0; i--) {
    const header = headers[i]!
    if (header[0] === name) return header[1]
  }
  return undefined
}
