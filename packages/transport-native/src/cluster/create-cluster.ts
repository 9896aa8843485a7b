import { PartitaError, topicName, type Clock } from '@partita/protocol'
import { findCoordinatorApi, metadataApi, type Api, type RequestInput, type ResponseOf } from '@partita/wire'
import type { ApiVersions } from '../network/api-versions.ts'
import type { Endpoint } from '../network/connector.ts'
import { connectionOpener } from '../network/open-connection.ts'
import { PendingRequest } from '../network/pending-request.ts'
import { waitAtMost } from '../network/wait-at-most.ts'
import type { Cluster, RequestOptions, TopicMetadata } from './cluster.ts'
import { clusterSettings, type ClusterOptions, type ClusterSettings } from './cluster-options.ts'
import { Coordinators, type CoordinatorType } from './coordinators.ts'
import { kafkaError } from './kafka-error.ts'
import { type MetadataAnswer, nodesOf, topicOf } from './metadata-answer.ts'
import { MetadataRounds } from './metadata-rounds.ts'
import { NodeFinder } from './node-finder.ts'
import { Nodes } from './nodes.ts'
import { TopicCache } from './topic-cache.ts'

/** How many nodes are asked for metadata, where one after the other does not answer. */
const metadataAttempts = 3

/**
 * A session's view of a cluster. It connects when it is first used.
 * @throws PartitaError `INVALID_OPTION`
 */
export function createCluster(options: ClusterOptions): Cluster {
  return new NativeCluster(clusterSettings(options))
}

class NativeCluster implements Cluster {
  readonly clock: Clock
  readonly clientId: string
  readonly #settings: ClusterSettings
  readonly #nodes: Nodes
  readonly #finder: NodeFinder
  readonly #topics = new TopicCache()
  readonly #rounds: MetadataRounds<ReadonlyMap<string, TopicMetadata | PartitaError>>
  readonly #coordinators: Coordinators
  readonly #closing = new AbortController()
  #controller = -1
  /** The topics of a request for metadata that waits for a node to be found. */
  #waiting: readonly string[] = []
  /** What the broker told that was found last, and of which topics: it is asked for those that wait, which saves a round trip. */
  #introduction: { readonly names: readonly string[]; readonly answer: MetadataAnswer } | undefined

  constructor(settings: ClusterSettings) {
    this.#settings = settings
    this.clock = settings.clock
    this.clientId = settings.clientId
    const open = connectionOpener(settings)
    this.#nodes = new Nodes({ ...settings, open })
    this.#finder = new NodeFinder({
      ...settings,
      open,
      nodes: this.#nodes,
      closing: this.#closing.signal,
      introduce: async (connection) => {
        const names = this.#waiting
        const answer = this.#learn(await connection.call(metadataApi, this.#metadataRequest(names)))
        this.#introduction = { names, answer }
      },
    })
    this.#rounds = new MetadataRounds((topics) => this.#askMetadata(topics))
    this.#coordinators = new Coordinators(async (body) => this.request(await this.anyNode(), findCoordinatorApi, body))
  }

  request<A extends Api>(
    node: number,
    api: A,
    body: RequestInput<A>,
    options: RequestOptions = {},
  ): Promise<ResponseOf<A>> {
    return this.#exchange(node, api, body, options, true)
  }

  send<A extends Api>(node: number, api: A, body: RequestInput<A>, options: RequestOptions = {}): Promise<void> {
    return this.#exchange(node, api, body, options, false)
  }

  async versionOf(node: number, api: Api): Promise<number> {
    return (await this.#versions(node)).versionOf(api)
  }

  async featureLevel(node: number, feature: string): Promise<number> {
    return (await this.#versions(node)).featureLevel(feature)
  }

  nodes(): readonly number[] {
    return this.#nodes.ids
  }

  anyNode(options: RequestOptions = {}): Promise<number> {
    const connected = this.#finder.connected()
    if (connected !== undefined) return Promise.resolve(connected)
    return this.#wait(this.#finder.find(), 'a broker', options)
  }

  async controller(options: RequestOptions & { readonly refresh?: boolean | undefined } = {}): Promise<number> {
    const { refresh = false } = options
    if (!refresh && this.#nodes.has(this.#controller)) return this.#controller
    await this.#wait(this.#rounds.join(undefined, refresh), "the cluster's metadata", options)
    if (this.#nodes.has(this.#controller)) return this.#controller
    throw new PartitaError('NOT_CONTROLLER', 'The cluster has no controller at the moment.', { retriable: true })
  }

  async coordinator(type: CoordinatorType, key: string, options: RequestOptions = {}): Promise<number> {
    const known = this.#coordinators.known(type, key)
    if (known !== undefined && this.#nodes.has(known)) return known
    const what = `the coordinator of the ${type} ${JSON.stringify(key)}`
    const found = await this.#wait(this.#coordinators.ask(type, key), what, options)
    this.#nodes.learn(found.nodeId, found)
    return found.nodeId
  }

  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.forget(type, key)
  }

  async topic(
    name: string,
    options: RequestOptions & { readonly refresh?: boolean | undefined } = {},
  ): Promise<TopicMetadata> {
    this.#throwIfClosed()
    const { refresh = false } = options
    const oldest = this.clock.monotonic() - this.#settings.metadataMaxAgeMs
    const fresh = refresh ? undefined : this.#topics.since(name, oldest)
    if (fresh !== undefined) return fresh
    topicName(name)
    const what = `the metadata of the topic ${name}`
    const topic = (await this.#wait(this.#rounds.join(name, refresh), what, options)).get(name)!
    if (topic instanceof Error) throw topic
    return topic
  }

  cachedTopic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  topicName(topicId: string): string | undefined {
    return this.#topics.name(topicId)
  }

  learnLeader(
    topic: string,
    partition: number,
    { node, leaderEpoch }: { readonly node: number; readonly leaderEpoch: number },
    endpoint?: Endpoint,
  ): void {
    if (!this.#nodes.has(node) && endpoint === undefined) return
    const isNews = this.#topics.learnLeader(topic, partition, node, leaderEpoch)
    if (isNews && endpoint !== undefined) this.#nodes.learn(node, endpoint)
  }

  close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      const error = new PartitaError('CLOSED', 'The session is closed.')
      this.#closing.abort(error)
      this.#nodes.close(error)
    }
    return Promise.resolve()
  }

  async #versions(node: number): Promise<ApiVersions> {
    const channel = this.#nodes.channel(node, 'main')
    const { versions } = channel.connection ?? (await channel.connect())
    return versions!
  }

  #exchange<A extends Api>(
    node: number,
    api: A,
    body: RequestInput<A>,
    options: RequestOptions,
    wantsAnswer: boolean,
  ): Promise<never> {
    const { timeoutMs = this.#settings.requestTimeoutMs, signal, lane = 'main', atMostVersion, memory } = options
    return new Promise((resolve, reject) => {
      const channel = this.#nodes.channel(node, lane)
      const { clock } = this
      const request = { api, body, atMostVersion, wantsAnswer, clock, timeoutMs, signal, memory }
      channel.submit(new PendingRequest(request, resolve, reject))
    })
  }

  async #askMetadata(names: readonly string[]): Promise<ReadonlyMap<string, TopicMetadata | PartitaError>> {
    for (let attempt = 1; ; attempt++) {
      this.#waiting = names
      const node = await this.anyNode().finally(() => (this.#waiting = []))
      const { names: told, answer: early } = this.#introduction ?? {}
      this.#introduction = undefined
      try {
        const isTold = told === names && early !== undefined
        const answer = isTold ? early : this.#learn(await this.request(node, metadataApi, this.#metadataRequest(names)))
        return new Map(names.map((name) => [name, this.#keep(name, topicOf(answer, name))]))
      } catch (error) {
        // The connection is gone then, and `anyNode` prefers another. Reading twice does no harm.
        const { code } = error as PartitaError
        const isGone = code === 'CONNECTION_FAILED' || code === 'REQUEST_TIMEOUT'
        if (!isGone || attempt === metadataAttempts) throw error
      }
    }
  }

  #metadataRequest(names: readonly string[]): RequestInput<typeof metadataApi> {
    const { allowAutoTopicCreation } = this.#settings
    return { topics: names.map((name) => ({ name })), allowAutoTopicCreation }
  }

  #learn(answer: MetadataAnswer): MetadataAnswer {
    if (answer.errorCode !== 0) {
      // The broker has no cluster to tell of; whoever asks next begins at the bootstrap addresses (KIP-1102).
      this.#nodes.replace(new Map())
      throw kafkaError(answer.errorCode, { api: 'Metadata' })
    }
    if (answer.brokers.length > 0) this.#nodes.replace(nodesOf(answer))
    this.#controller = answer.controllerId
    return answer
  }

  #keep(name: string, told: TopicMetadata | PartitaError): TopicMetadata | PartitaError {
    if (!(told instanceof Error)) return this.#topics.put(told, this.clock.monotonic())
    this.#topics.forget(name)
    return told
  }

  #wait<T>(promise: Promise<T>, what: string, options: RequestOptions): Promise<T> {
    const { timeoutMs = this.#settings.requestTimeoutMs, signal } = options
    return waitAtMost(promise, { clock: this.clock, timeoutMs, signal, what })
  }

  #throwIfClosed(): void {
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason
  }
}
