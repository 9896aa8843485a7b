import { zeroUuid } from '@partita/wire'
import type { Cluster } from './cluster.ts'

/** What an answer calls a topic: by name or by id, depending on its version; the other is empty. */
interface ToldTopic {
  readonly name: string
  readonly topicId: string
}

/** The ids of the topics of one request, as they were known when it was made: its answer may come under other ones. */
export class TopicIds {
  readonly #ids: ReadonlyMap<string, string>

  constructor(cluster: Pick<Cluster, 'cachedTopic'>, topics: Iterable<string>) {
    this.#ids = new Map(Array.from(topics, (topic) => [topic, cluster.cachedTopic(topic)?.topicId ?? zeroUuid]))
  }

  /** All zeros where the topic's id is not known. */
  of(topic: string): string {
    return this.#ids.get(topic) ?? zeroUuid
  }

  /**
   * Whether every topic has one. A broker may speak a version that names topics by id while its cluster has none (one
   * with an old `inter.broker.protocol.version`): then an older version has to do, for the whole request. (Java: the same.)
   */
  get areKnown(): boolean {
    for (const id of this.#ids.values()) if (id === zeroUuid) return false
    return true
  }

  /** The topic of the request that a part of its answer is about. */
  nameOf({ name, topicId }: ToldTopic): string | undefined {
    if (name !== '') return name
    for (const [topic, id] of this.#ids) if (id === topicId) return topic
    return undefined
  }
}
