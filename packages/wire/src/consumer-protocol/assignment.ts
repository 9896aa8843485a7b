// What the leader of a consumer group gives to each member in SyncGroup. v1-3 are as v0: the versions go along with the
// subscription's.
import { array, int32, nullableBytes, optional, string, struct } from '../schema/index.ts'
import type { Decoded, Encodable } from '../schema/index.ts'
import { versionedCodec } from './versioned-codec.ts'

const schema = struct({
  assignedPartitions: array(struct({ topic: string, partitions: array(int32) })),
  userData: optional(nullableBytes),
})

/** A member's partitions, as the leader gave them out. */
export type Assignment = Decoded<typeof schema> & {
  /** As it was sent; one beyond 3 was read as 3. */
  readonly version: number
}
/** What encoding an assignment takes. */
export type AssignmentInput = Encodable<typeof schema>

const codec = versionedCodec('ConsumerProtocolAssignment', 3, schema)

/**
 * @param version 0 to 3
 * @throws PartitaError `UNSUPPORTED_VERSION`, or `INVALID_OPTION` naming the field
 */
export function encodeAssignment(version: number, assignment: AssignmentInput): Uint8Array {
  return codec.encode(version, assignment)
}

/** @throws PartitaError `MALFORMED`. No bytes at all are an empty assignment: so brokers answer who got nothing. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  if (bytes.length === 0) return { ...schema.zero, version: 0 }
  return codec.decode(bytes)
}
