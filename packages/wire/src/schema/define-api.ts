import type { AnyType, Codec, Decoded, Encodable } from './type.ts'

/** One Kafka API: its key, its versions, and one schema each way that serves all of them. */
export interface Api<
  Key extends number = number,
  Name extends string = string,
  Request extends AnyType = AnyType,
  Response extends AnyType = AnyType,
> {
  readonly key: Key
  /** Kafka's own name: `Produce`. */
  readonly name: Name
  /** The first and the last version that the schemas describe. */
  readonly versions: readonly [min: number, max: number]
  /** The first flexible version (KIP-482); `null` where there is none. */
  readonly flexibleFrom: number | null
  readonly request: Request
  readonly response: Response
}

/** What a request of this API decodes to: every field of every version. */
export type RequestOf<A extends Api> = Decoded<A['request']>

/** What encoding a request of this API takes: fields that some version lacks, or that have a default, may be missing. */
export type RequestInput<A extends Api> = Encodable<A['request']>

/** What a response of this API decodes to. */
export type ResponseOf<A extends Api> = Decoded<A['response']>

/** What encoding a response of this API takes. */
export type ResponseInput<A extends Api> = Encodable<A['response']>

/** An API as {@link defineApi} takes it: its schemas are made when they are first needed, as no program speaks every API. */
export interface ApiDescription<
  Key extends number,
  Name extends string,
  Request extends AnyType,
  Response extends AnyType,
> extends Omit<Api<Key, Name>, 'request' | 'response'> {
  readonly request: () => Request
  readonly response: () => Response
}

/** Describes an API: its request and its response, in all their versions. */
/* @__NO_SIDE_EFFECTS__ */
export function defineApi<
  const Key extends number,
  const Name extends string,
  Request extends AnyType,
  Response extends AnyType,
>(description: ApiDescription<Key, Name, Request, Response>): Api<Key, Name, Request, Response> {
  const { key, name, versions, flexibleFrom } = description
  let request: Request | undefined
  let response: Response | undefined
  return Object.freeze({
    key,
    name,
    versions,
    flexibleFrom,
    get request() {
      return (request ??= description.request())
    },
    get response() {
      return (response ??= description.response())
    },
  })
}

/** Whether that version of an API is a flexible one (KIP-482). */
export function isFlexible(api: Api, version: number): boolean {
  return api.flexibleFrom !== null && version >= api.flexibleFrom
}

/** Whether the schemas of an API describe that version. */
export function supportsVersion(api: Api, version: number): boolean {
  return version >= api.versions[0] && version <= api.versions[1]
}

type Codecs = Record<'request' | 'response', Codec<unknown>[]>

// By API and not by schema: APIs that share a schema need not become flexible at the same version.
const made = new WeakMap<Api, Codecs>()

/** The codec of one schema of an API for one version. Made at its first use, then kept. */
export function codecOf(api: Api, part: 'request' | 'response', version: number): Codec<unknown> {
  let codecs = made.get(api)
  if (codecs === undefined) made.set(api, (codecs = { request: [], response: [] }))
  return (codecs[part][version] ??= makeCodec(api, part, version))
}

function makeCodec(api: Api, part: 'request' | 'response', version: number): Codec<unknown> {
  return api[part].codec({ version, flexible: isFlexible(api, version) }) as unknown as Codec<unknown>
}
