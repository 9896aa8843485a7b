import { PartitaError, type NewTopic, type TopicDescription } from '@partita/protocol'
import { createPartitionsApi, createTopicsApi, deleteTopicsApi, metadataApi } from '@partita/wire'
import type { Cluster } from '../cluster/cluster.ts'
import { kafkaError } from '../cluster/kafka-error.ts'
import { pause } from '../cluster/pause.ts'
import { isPassing, persist, type Attempt } from './persist.ts'
import { throwRefusals } from './refusals.ts'

export interface AdminContext {
  readonly cluster: Cluster
  /** Bounds each call, its retries included. */
  readonly requestTimeoutMs: number
  readonly closing: AbortSignal
}

/** How often brokers are asked whether they know the leaders of a new topic. */
const leadersPollMs = 50

/** One topic's part of an answer; `topic` is `null` where the broker will not say. */
interface TopicResult {
  readonly name: string | null
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** Topics: what there are, and their changes, which are the controller's to make. */
export class Topics {
  readonly #context: AdminContext

  constructor(context: AdminContext) {
    this.#context = context
  }

  async create(topics: readonly NewTopic[]): Promise<void> {
    const specs = new Map(topics.map((each) => [each.topic, each]))
    await this.#atController('CreateTopics', [...specs.keys()], async (node, names, timeoutMs) => {
      const body = { topics: names.map((name) => specOf(specs.get(name)!)), timeoutMs }
      return (await this.#context.cluster.request(node, createTopicsApi, body, { timeoutMs })).topics
    })
    await this.#untilLed([...specs.keys()], 1)
  }

  async delete(topics: readonly string[]): Promise<void> {
    await this.#atController('DeleteTopics', [...new Set(topics)], async (node, topicNames, timeoutMs) => {
      const body = { topicNames, topics: topicNames.map((name) => ({ name })), timeoutMs }
      return (await this.#context.cluster.request(node, deleteTopicsApi, body, { timeoutMs })).responses
    })
  }

  async grow(topic: string, total: number): Promise<void> {
    await this.#atController('CreatePartitions', [topic], async (node, names, timeoutMs) => {
      const body = { topics: names.map((name) => ({ name, count: total, assignments: null })), timeoutMs }
      return (await this.#context.cluster.request(node, createPartitionsApi, body, { timeoutMs })).results
    })
    await this.#untilLed([topic], total)
  }

  list(): Promise<string[]> {
    const { cluster } = this.#context
    return this.#persist(true, async ({ timeoutMs }) => {
      const node = await cluster.anyNode({ timeoutMs })
      const all = { topics: null, allowAutoTopicCreation: false }
      const answer = await cluster.request(node, metadataApi, all, { timeoutMs })
      if (answer.errorCode !== 0) throw kafkaError(answer.errorCode, { api: 'Metadata' })
      return answer.topics.flatMap(({ name, isInternal }) => (name === null || isInternal ? [] : [name]))
    })
  }

  async describe(topic: string): Promise<TopicDescription> {
    const { partitions } = await this.#persist(true, ({ timeoutMs }) =>
      this.#context.cluster.topic(topic, { refresh: true, timeoutMs }),
    )
    return { topic, partitions: partitions.map(({ partition, leader }) => ({ partition, leader })) }
  }

  /** Has the controller change topics; those that it cannot take now it is asked again for. */
  async #atController(
    api: string,
    topics: readonly string[],
    request: (node: number, topics: string[], timeoutMs: number) => Promise<readonly TopicResult[]>,
  ): Promise<void> {
    let open = [...topics]
    const refused: PartitaError[] = []
    await this.#persist(false, async ({ timeoutMs, isRepeated }) => {
      const controller = await this.#context.cluster.controller({ refresh: isRepeated, timeoutMs })
      const results = new Map((await request(controller, open, timeoutMs)).map((each) => [each.name, each]))
      const failed = open.flatMap((topic) => failureOf(api, topic, results.get(topic)) ?? [])
      const passing = failed.filter((error) => isPassing(error, false))
      refused.push(...failed.filter((error) => !passing.includes(error)))
      open = passing.map(({ place }) => place.topic!)
      if (passing.length > 0) throw passing[0]!
    })
    throwRefusals(refused)
  }

  /** Until every broker that can be reached names a leader for each partition: the caller may ask any of them next. */
  async #untilLed(topics: readonly string[], partitions: number): Promise<void> {
    const { cluster, requestTimeoutMs, closing } = this.#context
    const until = cluster.clock.monotonic() + requestTimeoutMs
    while (!(await this.#areLed(topics, partitions))) {
      if (cluster.clock.monotonic() >= until) {
        const text = `It was made, but not every partition has a leader after ${requestTimeoutMs} ms.`
        throw new PartitaError('LEADER_NOT_AVAILABLE', text, { topic: topics.join(', '), retriable: true })
      }
      await pause(cluster.clock, leadersPollMs, closing)
    }
  }

  async #areLed(topics: readonly string[], partitions: number): Promise<boolean> {
    const { cluster, closing, requestTimeoutMs: timeoutMs } = this.#context
    const body = { topics: topics.map((name) => ({ name })), allowAutoTopicCreation: false }
    const answers = await Promise.allSettled(
      cluster.nodes().map((node) => cluster.request(node, metadataApi, body, { timeoutMs })),
    )
    closing.throwIfAborted()
    const given = answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    return (
      given.length > 0 &&
      given.every((answer) =>
        answer.topics.every(
          (topic) =>
            topic.errorCode === 0 &&
            topic.partitions.length >= partitions &&
            topic.partitions.every(({ leaderId }) => leaderId >= 0),
        ),
      )
    )
  }

  #persist<T>(isRead: boolean, attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { cluster, requestTimeoutMs: timeoutMs, closing } = this.#context
    return persist({ clock: cluster.clock, timeoutMs, closing, isRead }, attempt)
  }
}

/** -1 stands for the broker's own defaults. */
function specOf({ topic, numPartitions = -1, replicationFactor = -1, configs = {} }: NewTopic): {
  name: string
  numPartitions: number
  replicationFactor: number
  configs: { name: string; value: string }[]
} {
  const settings = Object.entries(configs).map(([name, value]) => ({ name, value }))
  return { name: topic, numPartitions, replicationFactor, configs: settings }
}

function failureOf(api: string, topic: string, result: TopicResult | undefined): PartitaError | undefined {
  if (result === undefined)
    return new PartitaError('UNEXPECTED', 'The broker said nothing of the topic.', { api, topic })
  return result.errorCode === 0 ? undefined : kafkaError(result.errorCode, { api, topic }, result.errorMessage)
}
