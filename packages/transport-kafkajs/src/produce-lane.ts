import { partitionName, type PartitaError } from '@partita/protocol'
import type { BrokerApi, OutgoingMessage, ProduceAnswer } from './broker-api.ts'
import type { Stamp } from './sequences.ts'

/** One batch on its way to its leader. */
export interface LaneEntry {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly OutgoingMessage[]
  readonly byteLength: number
  readonly stamp: Stamp
  /** Set by the lane: from now on the broker may have it. */
  sent: boolean
  /** Set by the sender: nobody waits for it any more. Unless it was sent already it will not be. */
  dropped: boolean
}

/** The broker's answer for one partition. */
export type BatchAnswer = ProduceAnswer['topics'][number]['partitions'][number]

export interface LaneSettings {
  readonly acks: number
  readonly timeout: number
  readonly compression: number
}

interface Waiting {
  readonly entry: LaneEntry
  resolve(answer: BatchAnswer | undefined): void
  reject(error: PartitaError): void
}

/**
 * A broker works through one connection's requests one after another, each until its replicas have confirmed. So two are
 * under way at most, the second to be there when the first is done; what comes in meanwhile goes together.
 */
const maxRequestsInFlight = 2

/** Bytes of one request. Java: `max.request.size`, there for one batch; a broker takes 100 MB. */
const maxRequestBytes = 8 * 1024 * 1024

/**
 * The Produce requests to one broker. Batches of several partitions share a request, each with its own answer. (With
 * kafkajs's own idempotent producer it is one `send` at a time and broker, and one error for all that is in it.)
 */
export class ProduceLane {
  readonly #broker: () => Promise<BrokerApi>
  readonly #settings: LaneSettings
  #waiting: Waiting[] = []
  #inFlight = 0
  #scheduled = false

  constructor(broker: () => Promise<BrokerApi>, settings: LaneSettings) {
    this.#broker = broker
    this.#settings = settings
  }

  /** Resolves with the answer for this batch; with `undefined` where none is given (`acks: 0`). */
  send(entry: LaneEntry): Promise<BatchAnswer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    // A microtask later: batches that are written one after another in one go are there by then.
    queueMicrotask(() => {
      this.#scheduled = false
      if (this.#waiting.length > 0 && this.#inFlight < maxRequestsInFlight) void this.#sendSome()
    })
  }

  async #sendSome(): Promise<void> {
    this.#inFlight++
    let some: readonly Waiting[] = []
    try {
      const broker = await this.#broker()
      // Taken only now: what came in while the connection was being made goes along.
      some = this.#take()
      if (some.length === 0) return
      for (const { entry } of some) entry.sent = true
      const answer = await broker.produce(this.#request(some))
      for (const each of some) each.resolve(find(answer, each.entry))
    } catch (error) {
      // Without a connection, none of those that wait can be sent.
      for (const each of some.length > 0 ? some : this.#waiting.splice(0)) each.reject(error as PartitaError)
    } finally {
      this.#inFlight--
      if (this.#waiting.length > 0) this.#schedule()
    }
  }

  /** The first of those waiting, and those after it that fit: one identity a request, for kafkajs has one field for it. */
  #take(): Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    const partitions = new Set<string>()
    let bytes = 0
    for (const each of this.#waiting) {
      const { entry } = each
      if (entry.dropped) continue
      const partition = partitionName(entry)
      const fits =
        taken.length === 0 ||
        (entry.stamp.producerId === taken[0]!.entry.stamp.producerId &&
          bytes + entry.byteLength <= maxRequestBytes &&
          !partitions.has(partition))
      if (fits) bytes += entry.byteLength
      if (fits) partitions.add(partition)
      ;(fits ? taken : left).push(each)
    }
    this.#waiting = left
    return taken
  }

  #request(some: readonly Waiting[]): Parameters<BrokerApi['produce']>[0] {
    const topics = new Map<string, LaneEntry[]>()
    for (const { entry } of some) {
      const entries = topics.get(entry.topic)
      if (entries === undefined) topics.set(entry.topic, [entry])
      else entries.push(entry)
    }
    const { producerId, producerEpoch } = some[0]!.entry.stamp
    return {
      ...this.#settings,
      producerId,
      producerEpoch,
      topicData: [...topics].map(([topic, entries]) => ({
        topic,
        partitions: entries.map(({ partition, messages, stamp }) => ({
          partition,
          messages,
          firstSequence: stamp.firstSequence,
        })),
      })),
    }
  }
}

function find(answer: ProduceAnswer | undefined, { topic, partition }: LaneEntry): BatchAnswer | undefined {
  const ofTopic = answer?.topics.find(({ topicName }) => topicName === topic)
  return ofTopic?.partitions.find((each) => each.partition === partition)
}
