import type { TopicPartition } from '@partita/protocol'

/** Something for each partition, found without making a name of topic and number: that is done for every batch. */
export class PartitionMap<T> {
  readonly #topics: Map<string, Map<number, T>> = new Map()
  #size = 0

  get size(): number {
    return this.#size
  }

  get({ topic, partition }: TopicPartition): T | undefined {
    return this.#topics.get(topic)?.get(partition)
  }

  set({ topic, partition }: TopicPartition, value: T): void {
    let ofTopic = this.#topics.get(topic)
    if (ofTopic === undefined) this.#topics.set(topic, (ofTopic = new Map<number, T>()))
    if (!ofTopic.has(partition)) this.#size += 1
    ofTopic.set(partition, value)
  }

  delete({ topic, partition }: TopicPartition): void {
    if (this.#topics.get(topic)?.delete(partition) === true) this.#size -= 1
  }

  *values(): Generator<T> {
    for (const ofTopic of this.#topics.values()) yield* ofTopic.values()
  }
}
