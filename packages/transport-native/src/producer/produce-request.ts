import type { Acks, WriteResult } from '@partita/protocol'
import type { produceApi, RequestInput, ResponseOf } from '@partita/wire'
import type { Cluster } from '../cluster/cluster.ts'
import { TopicIds } from '../cluster/topic-ids.ts'
import type { Shipment } from './shipment.ts'

type ProduceBody = RequestInput<typeof produceApi>
export type ProduceResponse = ResponseOf<typeof produceApi>
export type TopicAnswer = ProduceResponse['responses'][number]
export type PartitionAnswer = TopicAnswer['partitionResponses'][number]

/** With `acks: 0` nobody tells where the records came to stand. */
export const nothingKnown: WriteResult = Object.freeze({ baseOffset: -1, logAppendTime: -1 })

/** Some batches in one Produce request, each of another partition. */
export class ProduceRequest {
  readonly shipments: readonly Shipment[]
  readonly #topics = new Map<string, Map<number, Shipment>>()
  readonly #ids: TopicIds

  constructor(shipments: readonly Shipment[], cluster: Pick<Cluster, 'cachedTopic'>) {
    this.shipments = shipments
    for (const shipment of shipments) {
      const { topic, partition } = shipment.batch
      const partitions = this.#topics.get(topic)
      if (partitions === undefined) this.#topics.set(topic, new Map([[partition, shipment]]))
      else partitions.set(partition, shipment)
    }
    this.#ids = new TopicIds(cluster, this.#topics.keys())
  }

  /** The highest version that it can be sent in, where not every one will do. */
  get atMostVersion(): number | undefined {
    return this.#ids.areKnown ? undefined : lastVersionByName
  }

  /** With names and ids alike: which of them is sent depends on the version that the broker speaks. */
  body(acks: Acks, timeoutMs: number, transactionalId: string | null): ProduceBody {
    const topicData = Array.from(this.#topics, ([name, partitions]) => ({
      name,
      topicId: this.#ids.of(name),
      partitionData: Array.from(partitions, ([index, { batch }]) => ({ index, records: batch.bytes })),
    }))
    return { transactionalId, acks, timeoutMs, topicData }
  }

  /** The shipments of the topic that a part of the answer is about, by partition. */
  shipmentsOf(answer: TopicAnswer): ReadonlyMap<number, Shipment> | undefined {
    const topic = this.#ids.nameOf(answer)
    return topic === undefined ? undefined : this.#topics.get(topic)
  }
}

/** From the next version on, topics go by their ids. */
const lastVersionByName = 12

/**
 * Shares shipments out among requests of a bounded size, in their order. One that is larger alone goes alone.
 * @param maxBytes of the batches in one request
 */
export function shareOut(shipments: readonly Shipment[], maxBytes: number): Shipment[][] {
  const requests: Shipment[][] = []
  let bytes = Infinity
  for (const shipment of shipments) {
    const { length } = shipment.batch.bytes
    bytes += length
    if (bytes <= maxBytes) {
      requests.at(-1)!.push(shipment)
    } else {
      requests.push([shipment])
      bytes = length
    }
  }
  return requests
}
