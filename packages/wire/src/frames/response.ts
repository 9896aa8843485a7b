import type { Api, ResponseInput, ResponseOf } from '../schema/index.ts'
import { kafkaErrorCodes } from '@partita/protocol'
import { apiVersionsApi } from '../apis/18-api-versions.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { codecOf, isFlexible, struct } from '../schema/index.ts'
import { finishFrame, startFrame } from './frame-length.ts'
import { frameRoom } from './frame-room.ts'
import { decoding, unwritable } from '../bytes/checked.ts'
import { messageName } from './message-name.ts'
import { checkVersion } from './supported-version.ts'

/** A response: which request it answers, and what it says. */
export interface DecodedResponse<Body> {
  readonly correlationId: number
  readonly body: Body
}

const noTags = struct({}).codec({ version: 1, flexible: true })

/**
 * A whole response frame, its four bytes of length included. Others may share its buffer: it is for sending, and not for keeping.
 * @throws PartitaError `UNSUPPORTED_VERSION`, or `INVALID_OPTION` naming the field that cannot be written
 */
export function encodeResponse<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): Uint8Array {
  return responseWriter(api, version, correlationId, body).written()
}

/**
 * The same in pieces, to be sent one after the other. Byte fields of the body from 16 KiB on are pieces as they are, nothing copied:
 * they must not change until they are sent.
 * @throws PartitaError `UNSUPPORTED_VERSION`, or `INVALID_OPTION` naming the field that cannot be written
 */
export function encodeResponsePieces<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): Uint8Array[] {
  return responseWriter(api, version, correlationId, body).pieces()
}

function responseWriter<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): ByteWriter {
  checkVersion(api, version)
  const writer = new ByteWriter(frameRoom())
  startFrame(writer)
  try {
    writer.int32(correlationId)
    if (hasTags(api, version)) noTags.write(writer, {})
    codecOf(api, 'response', version).write(writer, body)
  } catch (error) {
    throw unwritable(error, messageName(api, version, 'response'), api.name)
  }
  return finishFrame(writer)
}

/**
 * A whole response frame (without its length), of a request that was sent in that version. Byte fields of the body are
 * views of the frame.
 *
 * An ApiVersions answer that says `UNSUPPORTED_VERSION` is read as v0, as which brokers send it (KIP-511).
 * @throws PartitaError `MALFORMED` or `UNSUPPORTED_VERSION`
 */
export function decodeResponse<A extends Api>(
  api: A,
  version: number,
  frame: Uint8Array,
): DecodedResponse<ResponseOf<A>> {
  checkVersion(api, version)
  const bodyVersion = refusesVersion(api, frame) ? 0 : version
  return decoding(messageName(api, bodyVersion, 'response'), api.name, () => {
    const reader = new ByteReader(frame)
    const correlationId = reader.int32()
    if (hasTags(api, bodyVersion)) noTags.read(reader)
    const body = codecOf(api, 'response', bodyVersion).read(reader) as ResponseOf<A>
    reader.expectEnd()
    return { correlationId, body }
  })
}

/** Response header v1 (flexible versions) has tags; ApiVersions keeps v0, which a client of any age can read. */
function hasTags(api: Api, version: number): boolean {
  return api.key !== apiVersionsApi.key && isFlexible(api, version)
}

function refusesVersion(api: Api, frame: Uint8Array): boolean {
  if (api.key !== apiVersionsApi.key || frame.length < 6) return false
  return new ByteReader(frame, 4).int16() === kafkaErrorCodes.UNSUPPORTED_VERSION
}
