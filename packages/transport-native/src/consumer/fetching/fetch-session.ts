import { type fetchApi, type RequestInput, type ResponseOf, zeroUuid } from '@partita/wire'
import { byTopic } from '../by-topic.ts'
import type { FetchPosition } from './fetch-position.ts'

type Request = RequestInput<typeof fetchApi>
type Response = ResponseOf<typeof fetchApi>

/** The part of a request that depends on the session. */
export type SessionPart = Pick<Request, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'>

/** What the broker knows of a partition from this session. */
interface Known {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
}

/** From the next version on, topics go by their ids. */
const lastVersionByName = 12

/** Says: this is a full request, from which a session may arise. */
const fullEpoch = 0
const lastEpoch = 0x7fff_ffff

/**
 * A fetch session with one broker (KIP-227): once it has all partitions, requests and answers name only what changed. A
 * broker that wants none (or is too old) answers id 0, and every request is full.
 */
export class FetchSession {
  readonly #maxBytes: number
  #id = 0
  #epoch = fullEpoch
  #known: Map<string, Known> = new Map()
  #byName = false

  /** @param maxBytes of each partition in an answer */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get incremental(): boolean {
    return this.#epoch !== fullEpoch
  }

  /** The highest version that the request can be sent in, where not every one will do. */
  get atMostVersion(): number | undefined {
    return this.#byName ? lastVersionByName : undefined
  }

  /** What to send in order to fetch these and no others. */
  next(positions: readonly FetchPosition[]): SessionPart {
    // A session is by name or by id from its beginning to its end.
    const byName = positions.some(({ topicId }) => topicId === zeroUuid)
    if (byName !== this.#byName) this.#begin(this.#id)
    this.#byName = byName
    const before = this.incremental ? this.#known : new Map<string, Known>()
    const now = new Map(positions.map((position) => [position.name, knownOf(position)]))
    this.#known = now
    const changed = [...now].filter(([name, known]) => !isSame(before.get(name), known)).map(([, known]) => known)
    const forgotten = [...before].filter(([name, { topicId }]) => now.get(name)?.topicId !== topicId)
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: Array.from(byTopic(changed), ([topic, partitions]) => ({
        topic,
        topicId: partitions[0]!.topicId,
        partitions: partitions.map(({ partition, offset, leaderEpoch }) => ({
          partition,
          currentLeaderEpoch: leaderEpoch,
          fetchOffset: offset,
          partitionMaxBytes: this.#maxBytes,
        })),
      })),
      forgottenTopicsData: forgottenIn(forgotten.map(([, known]) => known)),
    }
  }

  /** An answer without an error of its own has come. */
  answered({ sessionId }: Response): void {
    if (sessionId === 0) return this.#begin(0)
    if (!this.incremental) this.#id = sessionId
    this.#epoch = this.#epoch === lastEpoch ? fullEpoch + 1 : this.#epoch + 1
  }

  /**
   * No answer, or one that makes no sense to us: the next request is full, and replaces the session that there may be.
   */
  broken(): void {
    this.#begin(this.#id)
  }

  /** The broker does not know the session. */
  gone(): void {
    this.#begin(0)
  }

  #begin(id: number): void {
    this.#id = id
    this.#epoch = fullEpoch
  }
}

function knownOf({ topic, topicId, partition, offset, leaderEpoch }: FetchPosition): Known {
  return { topic, topicId, partition, offset: offset!, leaderEpoch }
}

function isSame(known: Known | undefined, now: Known): boolean {
  return (
    known !== undefined &&
    known.offset === now.offset &&
    known.leaderEpoch === now.leaderEpoch &&
    known.topicId === now.topicId
  )
}

/** By topic id too: a topic that was made anew leaves its old self behind. */
function forgottenIn(gone: readonly Known[]): NonNullable<Request['forgottenTopicsData']> {
  const topics = new Map<string, { topic: string; topicId: string; partitions: number[] }>()
  for (const { topic, topicId, partition } of gone) {
    const of = topics.get(topic + topicId)
    if (of === undefined) topics.set(topic + topicId, { topic, topicId, partitions: [partition] })
    else of.partitions.push(partition)
  }
  return [...topics.values()]
}
