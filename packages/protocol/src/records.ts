import type { Headers, HeadersInput } from './headers.ts'

/** Bytes as they cross the ports: a string stands for its UTF-8 form, so that it is written once, where it ends up. */
export type Bytes = Uint8Array | string

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string
  /** 0-based. */
  readonly partition: number
}

/**
 * A record on its way in. (Java: `org.apache.kafka.clients.producer.ProducerRecord`.)
 *
 * `K` and `V` are what the producer's serializers take; without serializers that is `string | Uint8Array`.
 */
export interface ProducerRecord<K = Bytes, V = Bytes> {
  readonly topic: string
  /** An explicit partition, 0-based: it wins over the partitioner. One that does not exist rejects the send. */
  readonly partition?: number | undefined
  /** Records of one key go to one partition and are handled in order. Absent or `null`: the record has no key. */
  readonly key?: K | null | undefined
  /** `null` is a tombstone: a compacted topic forgets the key. */
  readonly value: V | null
  readonly headers?: HeadersInput | undefined
  /** Milliseconds since the epoch; default: the moment of `send`, told once a turn of the event loop. A topic with `LogAppendTime` overrules it. */
  readonly timestamp?: number | undefined
}

/** Where a record came to stand. (Java: `RecordMetadata`.) */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** The record's offset in the partition's log; -1 where nothing is known: `acks: 0`. */
  readonly offset: number
  /** Milliseconds since the epoch: the record's own, or the broker's on a topic with `LogAppendTime`. */
  readonly timestamp: number
}

/**
 * A record on its way out. (Java: `org.apache.kafka.clients.consumer.ConsumerRecord`.)
 *
 * `K` and `V` are what the consumer's deserializers give; without deserializers that is `Uint8Array`.
 */
export interface ConsumerRecord<K = Uint8Array, V = Uint8Array> {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: K | null
  readonly value: V | null
  readonly headers: Headers
}

/** A record as a transport hands it over: bytes, cut from the fetched batch when read and not before. */
export interface FetchedRecord {
  readonly offset: number
  readonly timestamp: number
  /** Of key and value together, without cutting either. */
  readonly byteLength: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
}

/** `orders-3`: how Kafka's own tools name a partition. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
