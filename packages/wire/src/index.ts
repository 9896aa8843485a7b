/**
 * Kafka's binary protocol: bytes in, bytes out.
 *
 * @packageDocumentation
 */

// Requests and responses.
export type { DecodedRequest, DecodedRequestOf } from './frames/request.ts'
export {
  decodeRequest,
  decodeRequestHeader,
  encodeRequest,
  encodeRequestPieces,
  requestedApi,
} from './frames/request.ts'
export type { RequestHeader, RequestOrigin } from './frames/request-header.ts'
export type { DecodedResponse } from './frames/response.ts'
export { decodeResponse, encodeResponse, encodeResponsePieces } from './frames/response.ts'
export type { FrameSplitter, FrameSplitterOptions } from './frames/frame-splitter.ts'
export { createFrameSplitter } from './frames/frame-splitter.ts'

// The APIs.
export type { KnownApi } from './apis.ts'
export { apiByKey, apis } from './apis.ts'
export type { Api, RequestInput, RequestOf, ResponseInput, ResponseOf } from './schema/index.ts'
export { produceApi } from './apis/00-produce.ts'
export { fetchApi } from './apis/01-fetch.ts'
export { listOffsetsApi } from './apis/02-list-offsets.ts'
export { metadataApi } from './apis/03-metadata.ts'
export { offsetCommitApi } from './apis/08-offset-commit.ts'
export { offsetFetchApi } from './apis/09-offset-fetch.ts'
export { findCoordinatorApi } from './apis/10-find-coordinator.ts'
export { joinGroupApi } from './apis/11-join-group.ts'
export { heartbeatApi } from './apis/12-heartbeat.ts'
export { leaveGroupApi } from './apis/13-leave-group.ts'
export { syncGroupApi } from './apis/14-sync-group.ts'
export { describeGroupsApi } from './apis/15-describe-groups.ts'
export { listGroupsApi } from './apis/16-list-groups.ts'
export { saslHandshakeApi } from './apis/17-sasl-handshake.ts'
export { apiVersionsApi } from './apis/18-api-versions.ts'
export { createTopicsApi } from './apis/19-create-topics.ts'
export { deleteTopicsApi } from './apis/20-delete-topics.ts'
export { deleteRecordsApi } from './apis/21-delete-records.ts'
export { initProducerIdApi } from './apis/22-init-producer-id.ts'
export { offsetForLeaderEpochApi } from './apis/23-offset-for-leader-epoch.ts'
export { addPartitionsToTxnApi } from './apis/24-add-partitions-to-txn.ts'
export { addOffsetsToTxnApi } from './apis/25-add-offsets-to-txn.ts'
export { endTxnApi } from './apis/26-end-txn.ts'
export { txnOffsetCommitApi } from './apis/28-txn-offset-commit.ts'
export { describeAclsApi } from './apis/29-describe-acls.ts'
export { createAclsApi } from './apis/30-create-acls.ts'
export { deleteAclsApi } from './apis/31-delete-acls.ts'
export { describeConfigsApi } from './apis/32-describe-configs.ts'
export { alterConfigsApi } from './apis/33-alter-configs.ts'
export { describeLogDirsApi } from './apis/35-describe-log-dirs.ts'
export { saslAuthenticateApi } from './apis/36-sasl-authenticate.ts'
export { createPartitionsApi } from './apis/37-create-partitions.ts'
export { deleteGroupsApi } from './apis/42-delete-groups.ts'
export { incrementalAlterConfigsApi } from './apis/44-incremental-alter-configs.ts'
export { listPartitionReassignmentsApi } from './apis/46-list-partition-reassignments.ts'
export { offsetDeleteApi } from './apis/47-offset-delete.ts'
export { describeClientQuotasApi } from './apis/48-describe-client-quotas.ts'
export { updateFeaturesApi } from './apis/57-update-features.ts'
export { describeClusterApi } from './apis/60-describe-cluster.ts'
export { describeProducersApi } from './apis/61-describe-producers.ts'
export { describeTransactionsApi } from './apis/65-describe-transactions.ts'
export { listTransactionsApi } from './apis/66-list-transactions.ts'
export { consumerGroupHeartbeatApi } from './apis/68-consumer-group-heartbeat.ts'
export { consumerGroupDescribeApi } from './apis/69-consumer-group-describe.ts'
export { listConfigResourcesApi } from './apis/74-list-config-resources.ts'
export { describeTopicPartitionsApi } from './apis/75-describe-topic-partitions.ts'
export { zeroUuid } from './schema/index.ts'

// What consumers send each other through JoinGroup and SyncGroup.
export type { Subscription, SubscriptionInput } from './consumer-protocol/subscription.ts'
export { decodeSubscription, encodeSubscription } from './consumer-protocol/subscription.ts'
export type { Assignment, AssignmentInput } from './consumer-protocol/assignment.ts'
export { decodeAssignment, encodeAssignment } from './consumer-protocol/assignment.ts'

// Record batches.
export type { BatchWriter, BatchWriterOptions } from './records/batch-writer.ts'
export { createBatchWriter } from './records/batch-writer.ts'
export type { BatchFields } from './records/seal-batch.ts'
export type { BatchHeader } from './records/batch-header.ts'
export { batchHeaders, readBatchHeader, verifyCrc } from './records/batch-header.ts'
export type { DecodeBatchOptions } from './records/records-of.ts'
export { decodeBatch, recordsOf } from './records/records-of.ts'
export type { BatchFilter } from './records/filter-batch.ts'
export { deleteHorizonOf, filterBatch } from './records/filter-batch.ts'
export { compressBatch } from './records/compress-batch.ts'
export type { BatchPlace, ProducerState } from './records/batch-setters.ts'
export { setBaseOffset, setLogAppendTime, setPartitionLeaderEpoch, setProducerState } from './records/batch-setters.ts'
export type { ControlBatchFields, ControlMarker } from './records/control-batch.ts'
export { controlBatch, readControlMarker } from './records/control-batch.ts'
export { crc32c } from './crc32c.ts'

// Compression.
export type { CompressionCodec } from './compression/codec.ts'
export { loadCodec } from './compression/load-codec.ts'

// For those who describe an API that is not here.
export type {
  AnyType,
  ApiDescription,
  Codec,
  Decoded,
  Encodable,
  Field,
  Fields,
  Form,
  Format,
  NullableType,
  Type,
} from './schema/index.ts'
export {
  array,
  between,
  bool,
  bytes,
  defineApi,
  float64,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
  nullableBytes,
  nullableSince,
  nullableString,
  nullableStruct,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  uint16,
  until,
  uuid,
  varint,
} from './schema/index.ts'
