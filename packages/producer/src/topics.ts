import { type Partitioner, type PartitaError, topicName } from '@partita/protocol'
import type { PartitionQueue } from './partition-queue.ts'
import { Topic, type TopicPorts } from './topic.ts'

/** The topics that were sent to, by name. One that turns out not to exist is forgotten. */
export class Topics {
  readonly #topics = new Map<string, Topic>()
  readonly #partitioner: Partitioner
  readonly #ports: TopicPorts

  constructor(partitioner: Partitioner, ports: Omit<TopicPorts, 'forget'>) {
    this.#partitioner = partitioner
    this.#ports = { ...ports, forget: ({ name }) => this.#topics.delete(name) }
  }

  /** The topic, where it was sent to before. */
  known(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** @throws PartitaError `INVALID_TOPIC_EXCEPTION` */
  open(name: string): Topic {
    let topic = this.#topics.get(name)
    if (topic === undefined) {
      topic = new Topic(topicName(name), this.#partitioner.forTopic(name), this.#ports)
      this.#topics.set(name, topic)
    }
    return topic
  }

  queues(): PartitionQueue[] {
    return [...this.#topics.values()].flatMap((topic) => topic.queues())
  }

  /** How many wait for metadata. */
  get waiting(): number {
    let waiting = 0
    for (const topic of this.#topics.values()) waiting += topic.waiting.size
    return waiting
  }

  /** Rejects the records that wait for metadata. */
  discard(error: PartitaError): void {
    for (const topic of this.#topics.values()) topic.discard(error)
  }

  close(error: PartitaError): void {
    for (const topic of this.#topics.values()) topic.close(error)
  }
}
