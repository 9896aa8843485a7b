import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { Api } from '../schema/index.ts'
import { isFlexible, nullableString, struct } from '../schema/index.ts'

/** The head of every request, whatever its API. */
export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  /** What the answer carries back, so that a connection can have several requests open. */
  readonly correlationId: number
  readonly clientId: string | null
}

/** What the caller says about itself in each request. */
export interface RequestOrigin {
  readonly correlationId: number
  readonly clientId?: string | null | undefined
}

// Header v2 did not make the client id compact: brokers must be able to read it before they know the version.
const clientIdCodec = nullableString.codec({ version: 1, flexible: false })
const noTags = struct({}).codec({ version: 2, flexible: true })

/**
 * Reads a header as far as it is the same for every API. The tags that flexible versions have behind it are left, as they
 * can be told only from the API.
 */
export function readRequestHeader(reader: ByteReader): RequestHeader {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  return { apiKey, apiVersion, correlationId, clientId: clientIdCodec.read(reader) }
}

/** Header v2 (flexible versions) ends with tags. None is known: all are skipped. */
export function skipHeaderTags(reader: ByteReader, api: Api, version: number): void {
  if (isFlexible(api, version)) noTags.read(reader)
}

export function writeRequestHeader(writer: ByteWriter, api: Api, version: number, origin: RequestOrigin): void {
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(origin.correlationId)
  clientIdCodec.write(writer, origin.clientId ?? null)
  if (isFlexible(api, version)) noTags.write(writer, {})
}
