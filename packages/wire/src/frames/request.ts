import type { Api, RequestInput, RequestOf } from '../schema/index.ts'
import type { KnownApi } from '../apis.ts'
import type { RequestHeader, RequestOrigin } from './request-header.ts'
import { PartitaError } from '@partita/protocol'
import { apiByKey } from '../apis.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { codecOf } from '../schema/index.ts'
import { finishFrame, startFrame } from './frame-length.ts'
import { decoding, encoding, unreadable } from '../bytes/checked.ts'
import { messageName } from './message-name.ts'
import { readRequestHeader, skipHeaderTags, writeRequestHeader } from './request-header.ts'
import { checkVersion } from './supported-version.ts'

/** A request as a server gets it. `name` tells the APIs apart: `if (request.name === 'Produce') request.body.acks`. */
export type DecodedRequest = {
  [Name in KnownApi['name']]: DecodedRequestOf<Extract<KnownApi, { name: Name }>>
}[KnownApi['name']]

/** A request of one API. */
export interface DecodedRequestOf<A extends Api> extends RequestHeader {
  readonly name: A['name']
  readonly api: A
  readonly body: RequestOf<A>
}

/**
 * A whole request frame, its four bytes of length included.
 * @throws PartitaError `UNSUPPORTED_VERSION`, or `INVALID_OPTION` naming the field that cannot be written
 */
export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  origin: RequestOrigin,
  body: RequestInput<A>,
): Uint8Array {
  return requestFrame(api, version, origin, body).written()
}

/**
 * The same in pieces, to be sent one after the other. Byte fields of the body from 16 KiB on, such as batches, are pieces as
 * they are, nothing copied: they must not be changed before they are sent.
 * @throws PartitaError as `encodeRequest`
 */
export function encodeRequestPieces<A extends Api>(
  api: A,
  version: number,
  origin: RequestOrigin,
  body: RequestInput<A>,
): Uint8Array[] {
  return requestFrame(api, version, origin, body).pieces()
}

function requestFrame<A extends Api>(
  api: A,
  version: number,
  origin: RequestOrigin,
  body: RequestInput<A>,
): ByteWriter {
  checkVersion(api, version)
  const writer = new ByteWriter()
  startFrame(writer)
  encoding(messageName(api, version, 'request'), api.name, () => {
    writeRequestHeader(writer, api, version, origin)
    codecOf(api, 'request', version).write(writer, body)
  })
  return finishFrame(writer)
}

/**
 * What is asked for: the very first that a request frame (without its length) has, whatever follows it. Nothing else is read.
 * @throws PartitaError `MALFORMED`
 */
export function requestedApi(frame: Uint8Array): Pick<RequestHeader, 'apiKey' | 'apiVersion'> {
  const reader = new ByteReader(frame)
  return decoding('The request header', undefined, () => ({ apiKey: reader.int16(), apiVersion: reader.int16() }))
}

/**
 * The head of a request frame (without its length), also of an API or version that is not known here: enough to refuse
 * it by name.
 * @throws PartitaError `MALFORMED`
 */
export function decodeRequestHeader(frame: Uint8Array): RequestHeader {
  return headerFrom(new ByteReader(frame))
}

/**
 * A whole request frame (without its length). Byte fields of the body are views of the frame. Bytes behind the body are
 * ignored, as Kafka does: librdkafka 2.16's Metadata for all topics ends with three.
 * @throws PartitaError `MALFORMED`, or `UNSUPPORTED_VERSION` for an API or a version that is not known here
 */
export function decodeRequest(frame: Uint8Array): DecodedRequest {
  const reader = new ByteReader(frame)
  const { apiKey, apiVersion, correlationId, clientId } = headerFrom(reader)
  const api = apiByKey(apiKey)
  if (api === undefined) {
    throw new PartitaError(
      'UNSUPPORTED_VERSION',
      `There is no API with the key ${apiKey} here (version ${apiVersion}).`,
    )
  }
  checkVersion(api, apiVersion)
  try {
    skipHeaderTags(reader, api, apiVersion)
    const body = codecOf(api, 'request', apiVersion).read(reader)
    return { apiKey, apiVersion, correlationId, clientId, name: api.name, api, body } as DecodedRequest
  } catch (error) {
    throw unreadable(error, messageName(api, apiVersion, 'request'), api.name)
  }
}

function headerFrom(reader: ByteReader): RequestHeader {
  return decoding('The request header', undefined, () => readRequestHeader(reader))
}
