// What a member of a consumer group sends as the metadata of its protocol in JoinGroup. Java, librdkafka and kafkajs
// agree on it.
//
// v1 (KIP-429): partitions that the member owns, for cooperative rebalancing. v2: the generation it owned them in.
// v3 (KIP-881): rack.
import { array, int32, nullableBytes, nullableString, optional, since, string, struct } from '../schema/index.ts'
import type { Decoded, Encodable } from '../schema/index.ts'
import { versionedCodec } from './versioned-codec.ts'

const schema = struct({
  topics: array(string),
  userData: optional(nullableBytes),
  ownedPartitions: since(1, array(struct({ topic: string, partitions: array(int32) }))),
  generationId: since(2, int32, -1),
  rackId: since(3, nullableString),
})

/** What a member of a consumer group wants, and what it has. */
export type Subscription = Decoded<typeof schema> & {
  /** As it was sent; one beyond 3 was read as 3. */
  readonly version: number
}
/** What encoding a subscription takes. */
export type SubscriptionInput = Encodable<typeof schema>

const codec = versionedCodec('ConsumerProtocolSubscription', 3, schema)

/**
 * @param version 0 to 3
 * @throws PartitaError `UNSUPPORTED_VERSION`, or `INVALID_OPTION` naming the field
 */
export function encodeSubscription(version: number, subscription: SubscriptionInput): Uint8Array {
  return codec.encode(version, subscription)
}

/** @throws PartitaError `MALFORMED` */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  return codec.decode(bytes)
}
