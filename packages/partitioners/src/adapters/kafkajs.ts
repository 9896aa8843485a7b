import { type Bytes, PartitaError, type Partitioner, type PartitionInfo } from '@partita/protocol'
import { ClientTopics, roughSize } from './client-topics.ts'

/** What kafkajs hands to a partitioner; its own `PartitionerArgs` fits. */
export interface KafkajsPartitionerArgs {
  readonly topic: string
  readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[]
  readonly message: {
    readonly key?: Bytes | null | undefined
    readonly value?: Bytes | null | undefined
    readonly partition?: number | null | undefined
  }
}

/**
 * A partitioner for kafkajs: `kafka.producer({ createPartitioner: toKafkajs(java()) })`. A message's own `partition`
 * wins. Each producer has its own state.
 *
 * Of kafkajs, not of this: it asks again on every retry, so a message without key may move; it drops messages whose
 * partition does not exist without a word; and it writes a key that is neither a string nor a `Buffer` as text
 * (`'97,98'`), though it is placed by its bytes here: give it `Buffer.from(bytes)`.
 * @returns kafkajs's `createPartitioner`. What it makes throws `INVALID_RECORD_FIELD` for a key of another type
 */
export function toKafkajs(partitioner: Partitioner): () => (args: KafkajsPartitionerArgs) => number {
  return () => {
    const topics = new ClientTopics(partitioner)
    const byIndex = indexedPartitions()
    return ({ topic, partitionMetadata, message }) => {
      const { partition, key = null, value } = message
      if (partition !== null && partition !== undefined) return partition
      return topics.place(topic, checkedKey(key, topic), byIndex(partitionMetadata), roughSize(value))
    }
  }
}

type Metadata = KafkajsPartitionerArgs['partitionMetadata']

/** kafkajs lists partitions in any order. It keeps one list until its metadata changes: so each is sorted once. */
function indexedPartitions(): (metadata: Metadata) => readonly PartitionInfo[] {
  const known = new WeakMap<Metadata, readonly PartitionInfo[]>()
  return (metadata) => {
    let partitions = known.get(metadata)
    if (partitions === undefined) {
      partitions = metadata
        .map(({ partitionId, leader }) => ({ partition: partitionId, leader }))
        .sort((left, right) => left.partition - right.partition)
      known.set(metadata, partitions)
    }
    return partitions
  }
}

function checkedKey(key: unknown, topic: string): Bytes | null {
  if (key === null || typeof key === 'string' || key instanceof Uint8Array) return key
  throw new PartitaError(
    'INVALID_RECORD_FIELD',
    `A message's key must be a string, a Buffer, a Uint8Array or null; got ${typeof key}. Serialize it first.`,
    { api: 'key', topic },
  )
}
