/**
 * The nouns and the ports of Partita. No I/O, no dependency.
 *
 * @packageDocumentation
 */

// For everyone.
export type { ProducerRecord, ConsumerRecord, RecordMetadata, TopicPartition, Bytes } from './records.ts'
export { partitionName } from './records.ts'
export type { Header, Headers, HeadersInput } from './headers.ts'
export { lastHeader, noHeaders, toHeaders } from './headers.ts'
export type { Serializer, Deserializer, Serde, SerdeContext, StandardSchema } from './serdes.ts'
export {
  bytesSerde,
  int32Serde,
  int64Serde,
  jsonSerde,
  schemaSerde,
  stringSerde,
  textOrBytesSerializer,
} from './serdes.ts'
export type { ErrorPlace, PartitaErrorCode, PartitaErrorOptions } from './errors.ts'
export { abortedError, isPartitaError, PartitaError, reasonOf, toPartitaError } from './errors.ts'
export type { Clock, Timer } from './clock.ts'
export { systemClock } from './system-clock.ts'
export type { Partitioner, TopicPartitioner } from './partitioner.ts'

// For transports, runtimes and brokers.
export type { Guarantee, Transport, TransportGuarantees } from './transport.ts'
export type { PartitionInfo } from './partition-info.ts'
export type {
  Acks,
  BatchBuilder,
  BatchLimits,
  BatchRecord,
  CompressionType,
  MetadataOptions,
  ProducerTransport,
  ProducerTransportOptions,
  SealedBatch,
  WriteResult,
} from './producer-transport.ts'
export { checkAssignOptions, checkSubscribeOptions } from './check-consume-options.ts'
export type {
  AssignOptions,
  AutoOffsetReset,
  FetchOptions,
  GroupProtocol,
  IsolationLevel,
  ManualPartition,
  PartitionAssignmentStrategy,
  SubscribeOptions,
} from './consume-options.ts'
export type {
  ConsumedOffsets,
  ConsumedPosition,
  ConsumerGroupMetadata,
  TransactionControl,
  TransactionOutcome,
  TransactionStepOptions,
} from './transactions.ts'
export type {
  AssignedPartition,
  ConsumerTransport,
  FetchedBatch,
  GroupListener,
  GroupMembership,
} from './consumer-transport.ts'
export type { CommittedOffset, OffsetCommit } from './committed-offsets.ts'
export type {
  AdminTransport,
  GroupDescription,
  GroupListing,
  ListedOffset,
  NewTopic,
  OffsetSpec,
  TopicDescription,
} from './admin-transport.ts'
export type { FetchedRecord } from './records.ts'
export type { KafkaErrorName } from './kafka-errors.ts'
export { isRetriableKafkaError, kafkaErrorCodes, kafkaErrorName } from './kafka-errors.ts'
export type { TlsFailure } from './tls-failure.ts'
export { explainTlsFailure } from './tls-failure.ts'
export { deserialize, serialize, toBytes } from './serdes.ts'
export { choiceOption, integerOption, nameOption, topicName } from './options.ts'
