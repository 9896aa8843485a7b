import type { AnyType, Api } from '@partita/wire'
import * as platformatic from '@platformatic/kafka'
import { apis } from '@partita/wire'

/** One API of @platformatic/kafka in one version, taken apart. */
export interface TheirApi {
  readonly name: string
  readonly api: Api
  readonly version: number
  /** The body of a request, from its fields in order. */
  readonly encodeRequest: (...fields: readonly unknown[]) => Buffer
  readonly requestTags: boolean
  readonly decodeResponse: (body: Buffer) => unknown
  readonly responseTags: boolean
}

type Send = (
  key: number,
  version: number,
  create: () => { readonly buffer: Buffer },
  parse: (correlationId: number, key: number, version: number, reader: unknown) => unknown,
  requestTags: boolean,
  responseTags: boolean,
) => void

type Call = (connection: { send: Send }, ...fields: readonly unknown[]) => void

const { Reader } = platformatic as unknown as { Reader: { from(bytes: Buffer): unknown } }

/** Every API and version that both sides know. */
export function sharedApis(): TheirApi[] {
  return Object.entries(platformatic as unknown as Record<string, { readonly api: Call }>).flatMap(([name, theirs]) => {
    const [, stem, version] = /^(\w+)V(\d+)$/.exec(name) ?? []
    const api: Api | undefined = apis.find((ours) => ours.name.toLowerCase() === stem?.toLowerCase())
    const number = Number(version)
    if (api === undefined || number < api.versions[0] || number > api.versions[1]) return []
    return [takenApart(name, api, number, theirs.api)]
  })
}

function takenApart(name: string, api: Api, version: number, call: Call): TheirApi {
  let send: Parameters<Send> | undefined
  function sent(...fields: readonly unknown[]): Parameters<Send> {
    call({ send: (...given) => (send = given) }, ...fields)
    return send!
  }
  const [, , , parse, requestTags, responseTags] = sent()
  return {
    name,
    api,
    version,
    encodeRequest: (...fields) => sent(...fields)[2]().buffer,
    requestTags,
    decodeResponse: (body) => parse(1, api.key, version, Reader.from(body)),
    responseTags,
  }
}

/** A value of ours as they take it: 64 bits as bigint, ids with dashes, bytes as Buffer. */
export function toTheirs(type: AnyType, version: number, value: unknown): unknown {
  const { form } = type
  if (value === null) return null
  switch (form.kind) {
    case 'integer':
      return form.max > 0x7fffffff ? BigInt(value as number) : value
    case 'uuid':
      return (value as string).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    case 'bytes':
      return Buffer.from(value as Uint8Array)
    case 'array':
      return (value as unknown[]).map((element) => toTheirs(form.element, version, element))
    case 'choice':
      return toTheirs(form.typeIn(version), version, value)
    case 'struct':
      return Object.fromEntries(
        Object.entries(form.fields).map(([name, field]) => [
          name,
          toTheirs('type' in field ? field.type : field, version, (value as Record<string, unknown>)[name]),
        ]),
      )
    default:
      return value
  }
}

/** What they read, as ours: 64 bits as number, ids without dashes, plain bytes. */
export function fromTheirs(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') return /^[0-9a-f-]{36}$/.test(value) ? value.replaceAll('-', '') : value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (Array.isArray(value)) return value.map(fromTheirs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fromTheirs(inner)]))
}
