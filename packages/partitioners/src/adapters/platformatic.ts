import { PartitaError, type Partitioner, type PartitionInfo } from '@partita/protocol'
import { decider, isFixedHash, isHashPartitioner } from '../hash-partitioner.ts'
import { valueOf } from '../key-bytes.ts'
import { ClientTopics, roughSize } from './client-topics.ts'

/** What @platformatic/kafka hands to a partitioner; its own types fit. */
export interface PlatformaticMessage {
  readonly topic: string
  readonly value?: unknown
}

export interface PlatformaticContext {
  readonly metadata:
    | {
        readonly topics: {
          get(topic: string): { readonly partitions: readonly { readonly leader: number }[] } | undefined
        }
      }
    | undefined
}

/**
 * A partitioner for @platformatic/kafka (1.35): `new Producer({ partitioner: toPlatformatic(java()) })`. It returns the
 * final partition, for records without key, too, which @platformatic/kafka leaves to a configured partitioner.
 *
 * Before a producer's first send to a topic @platformatic/kafka does not know the topic's partitions. What is returned
 * then is a number that it reduces, modulo their count, to the right partition; records without key take turns.
 * @returns the option `partitioner`. It throws `PARTITION_NOT_FOUND` where it would have to guess: for a partitioner
 *   that is no hash modulo n (`pykafka-hashing-sha1`, your own) before the partitions are known
 */
export function toPlatformatic(
  partitioner: Partitioner,
): (message: PlatformaticMessage, key: Uint8Array | undefined, context: PlatformaticContext) => number {
  const topics = new ClientTopics(partitioner)
  const known = new WeakMap<object, readonly PartitionInfo[]>()
  let turn = 0
  return ({ topic, value }, key, { metadata }) => {
    const leaders = metadata?.topics.get(topic)?.partitions
    if (leaders === undefined) return unreduced(partitioner, topic, key ?? null) ?? turn++
    let partitions = known.get(leaders)
    if (partitions === undefined) {
      partitions = leaders.map(({ leader }, partition) => ({ partition, leader }))
      known.set(leaders, partitions)
    }
    return topics.place(topic, key ?? null, partitions, roughSize(value))
  }
}

/** A number that gives the partition modulo any count; `undefined` for a record that a strategy places. */
function unreduced(partitioner: Partitioner, topic: string, key: Uint8Array | null): number | undefined {
  if (isHashPartitioner(partitioner)) {
    const decides = decider(partitioner, key)
    if (isFixedHash(decides)) return decides.hash
    if (typeof decides !== 'string' && !(decides instanceof Uint8Array)) return undefined
    const value = valueOf(partitioner.formula, decides)
    if (value !== undefined) return value
  } else if (key === null || !partitioner.deterministic) return undefined
  throw new PartitaError(
    'PARTITION_NOT_FOUND',
    `${partitioner.name} needs to know how many partitions there are. Before the first send to the topic, call ` +
      `producer.metadata({ topics: [${JSON.stringify(topic)}] }).`,
    { api: 'partitioner', topic },
  )
}
