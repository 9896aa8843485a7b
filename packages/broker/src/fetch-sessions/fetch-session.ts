import type { fetchApi, RequestOf, ResponseInput } from '@partita/wire'
import { Watch } from '../core/watch.ts'

export type FetchRequest = RequestOf<typeof fetchApi>
export type FetchResponse = ResponseInput<typeof fetchApi>
export type AskedTopic = FetchRequest['topics'][number]
type AskedPartition = AskedTopic['partitions'][number]
type AnsweredTopic = FetchResponse['responses'][number]
type AnsweredPartition = AnsweredTopic['partitions'][number]

/** A partition of a session: what the client asks of it, and what it was last told. */
interface SessionPartition {
  readonly topic: string
  readonly topicId: string
  asked: AskedPartition
  /** -1: it is to be told whatever it is. */
  highWatermark: number
  logStartOffset: number
}

/** What decides besides offsets what a reader gets. A session may go on under other terms than it began. */
export interface ReadTerms {
  readonly isolationLevel: number
  readonly rackId: string
  /** The node that is asked. */
  readonly node: number
}

/** Says: this is a full request, from which a session may arise. */
export const initialEpoch = 0
/** Says: this is a full request, and no session is wanted. */
export const finalEpoch = -1
const lastEpoch = 0x7fff_ffff

/** The epoch that a session has after a request with this one. (Java: `FetchMetadata.nextEpoch`.) */
export function epochAfter(epoch: number): number {
  return epoch === lastEpoch ? initialEpoch + 1 : epoch + 1
}

/** What one client fetches from here: its requests say only what changes, and so do the answers (KIP-227). */
export class FetchSession {
  readonly id: number
  /** Whether its requests name topics by id. */
  readonly byId: boolean
  /** On the monotonic clock. */
  readonly createdAt: number
  lastUsedAt: number
  /** How many partitions it had when the cache took it in last. */
  admittedSize = 0
  /** What the next request has to say. */
  epoch: number = epochAfter(initialEpoch)
  /** In the order in which they are read: one that brought records goes to the end, so that none is left out for ever. */
  readonly #partitions: Map<string, SessionPartition> = new Map()
  /** Hears of what happens to its partitions, also between its requests. */
  readonly watch: Watch = new Watch(true)
  #quietFor: ReadTerms | undefined

  constructor(id: number, byId: boolean, now: number) {
    this.id = id
    this.byId = byId
    this.createdAt = now
    this.lastUsedAt = now
  }

  /** How many partitions it has. */
  get size(): number {
    return this.#partitions.size
  }

  /** Takes in what a request says is new, has changed, or is no longer wanted. */
  update({ topics, forgottenTopicsData }: Pick<FetchRequest, 'topics' | 'forgottenTopicsData'>): void {
    if (topics.length > 0 || forgottenTopicsData.length > 0) this.watch.reset()
    for (const { topic, topicId, partitions } of topics) {
      for (const asked of partitions) {
        const known = this.#partitions.get(keyOf(topic, topicId, asked.partition))
        if (known === undefined) this.#add({ topic, topicId, asked, highWatermark: -1, logStartOffset: -1 })
        else known.asked = asked
      }
    }
    for (const { topic, topicId, partitions } of forgottenTopicsData) {
      for (const partition of partitions) this.#partitions.delete(keyOf(topic, topicId, partition))
    }
  }

  /** All that is to be read, in order. */
  asked(): AskedTopic[] {
    const topics: (AskedTopic & { readonly partitions: AskedPartition[] })[] = []
    for (const { topic, topicId, asked } of this.#partitions.values()) {
      const last = topics.at(-1)
      if (last !== undefined && last.topic === topic && last.topicId === topicId) last.partitions.push(asked)
      else topics.push({ topic, topicId, partitions: [asked] })
    }
    return topics
  }

  /** Whether there is nothing to read and nothing to tell: so it was under these terms, and nothing has happened since. */
  isQuiet(terms: ReadTerms): boolean {
    const quiet = this.#quietFor
    if (quiet === undefined || this.watch.hasNews) return false
    return quiet.isolationLevel === terms.isolationLevel && quiet.rackId === terms.rackId && quiet.node === terms.node
  }

  /** Everything was read under these terms, and this is what there was to tell. It holds on while the watch, over all of it, is silent. */
  told(news: readonly AnsweredTopic[], terms: ReadTerms): void {
    this.#quietFor = news.length === 0 && !this.watch.hasNews ? terms : undefined
  }

  /** What of an answer the client does not know yet; from here on it does. */
  news(responses: readonly AnsweredTopic[]): AnsweredTopic[] {
    return responses.flatMap((topic) => {
      const partitions = topic.partitions.filter((partition) => this.#isNews(topic, partition))
      return partitions.length === 0 ? [] : [{ topic: topic.topic, topicId: topic.topicId, partitions }]
    })
  }

  #isNews({ topic = '', topicId = '' }: AnsweredTopic, answered: AnsweredPartition): boolean {
    const key = keyOf(topic, topicId, answered.partitionIndex)
    const known = this.#partitions.get(key)
    if (known === undefined) return true
    const { errorCode, highWatermark, logStartOffset = -1, preferredReadReplica = -1, divergingEpoch } = answered
    const hasRecords = (answered.records?.length ?? 0) > 0
    const isSpecial = errorCode !== 0 || preferredReadReplica >= 0 || divergingEpoch !== undefined
    const isNews =
      hasRecords || isSpecial || known.highWatermark !== highWatermark || known.logStartOffset !== logStartOffset
    // Once an error is over, the partition is told anew.
    known.highWatermark = isSpecial ? -1 : highWatermark
    known.logStartOffset = logStartOffset
    if (hasRecords && this.#partitions.delete(key)) this.#partitions.set(key, known)
    return isNews
  }

  #add(partition: SessionPartition): void {
    this.#partitions.set(keyOf(partition.topic, partition.topicId, partition.asked.partition), partition)
  }
}

/** One of the two is empty, or zeros: a session is by name or by id from its beginning to its end. */
function keyOf(topic: string, topicId: string, partition: number): string {
  return `${topic} ${topicId} ${partition}`
}
