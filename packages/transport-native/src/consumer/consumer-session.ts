import {
  choiceOption,
  integerOption,
  nameOption,
  PartitaError,
  toPartitaError,
  topicName,
  type ConsumerTransport,
  type GroupListener,
  type GroupMembership,
  type SubscribeOptions,
} from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { assignorNames, offerAssignors, type AssignorName } from './assignors/assignors.ts'
import { Membership } from './membership.ts'
import { rest } from './retry.ts'
import { Signal } from './signal.ts'

/** What a consumer session can be told besides the port's own options. */
export interface ConsumerSessionOptions {
  /**
   * The ways of dealing out partitions that a member offers, the one it likes best first. All members of a group need
   * one in common. One that is not cooperative among them makes the member give up all its partitions in every
   * rebalance. Default `['cooperative-sticky']`: Java offers range besides, as a way over from older groups, and pays
   * for it with eager rebalances. Java: `partition.assignment.strategy`.
   */
  readonly partitionAssignmentStrategy?: readonly AssignorName[] | undefined
}

/** A topic that was created a moment ago may not have come round to every broker. */
const topicPatienceMs = 1_000
const topicRetryMs = 200

/** Makes the consumer side of a transport over a cluster of its own, which it closes in the end. */
export function createConsumerSession(cluster: Cluster, options: ConsumerSessionOptions = {}): ConsumerTransport {
  const { partitionAssignmentStrategy: strategy = ['cooperative-sticky'] } = options
  if (strategy.length === 0) {
    throw new PartitaError('INVALID_OPTION', 'partitionAssignmentStrategy must name at least one assignor.', {
      api: 'partitionAssignmentStrategy',
    })
  }
  for (const name of strategy) choiceOption('partitionAssignmentStrategy', name, assignorNames)
  return new ConsumerSession(cluster, strategy)
}

class ConsumerSession implements ConsumerTransport {
  readonly #cluster: Cluster
  readonly #strategy: readonly AssignorName[]
  #membership: Membership | undefined

  constructor(cluster: Cluster, strategy: readonly AssignorName[]) {
    this.#cluster = cluster
    this.#strategy = strategy
  }

  async subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership> {
    if (this.#membership !== undefined) {
      const text = 'A consumer session takes one subscription; open another for the next.'
      throw new PartitaError('UNSUPPORTED', text, { api: 'subscribe' })
    }
    check(options)
    const membership = new Membership(this.#cluster, options, listener, offerAssignors(this.#strategy))
    this.#membership = membership
    const { signal } = options
    const aborted = new Signal()
    const abort = (): void => aborted.fire()
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    try {
      await Promise.race([aborted.promise.then(() => throwAborted(options)), this.#begin(membership, options)])
      return membership
    } catch (error) {
      await this.close()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    await this.#membership?.leave()
    await this.#cluster.close()
  }

  async #begin(membership: Membership, options: SubscribeOptions): Promise<void> {
    const { topics, signal } = options
    // Nothing is created: a topic that is not there is refused, not waited for.
    await Promise.all(topics.map((topic) => this.#mustExist(topic, signal)))
    if (signal?.aborted !== true) await membership.begin()
  }

  async #mustExist(topic: string, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#cluster
    const until = clock.monotonic() + topicPatienceMs
    for (;;) {
      try {
        await this.#cluster.topic(topic, { signal })
        return
      } catch (cause) {
        const error = toPartitaError(cause, { topic })
        if (!error.retriable || clock.monotonic() >= until) throw error
        await rest(clock, topicRetryMs)
      }
    }
  }
}

function throwAborted({ groupId, signal }: SubscribeOptions): never {
  const text = "Joining the group was ended by the caller's signal."
  throw new PartitaError('ABORTED', text, { groupId, cause: signal?.reason })
}

function check(options: SubscribeOptions): void {
  const { topics, groupInstanceId, clientRack } = options
  nameOption('groupId', options.groupId)
  if (topics.length === 0) {
    throw new PartitaError('INVALID_OPTION', 'topics must name at least one topic.', { api: 'topics' })
  }
  topics.forEach(topicName)
  choiceOption('autoOffsetReset', options.autoOffsetReset, ['earliest', 'latest', 'none'])
  choiceOption('isolationLevel', options.isolationLevel, ['read_committed', 'read_uncommitted'])
  integerOption('sessionTimeoutMs', options.sessionTimeoutMs, { min: 2, max: maxInt32 })
  integerOption('heartbeatIntervalMs', options.heartbeatIntervalMs, { min: 1, max: options.sessionTimeoutMs - 1 })
  integerOption('rebalanceTimeoutMs', options.rebalanceTimeoutMs, { min: 1, max: maxInt32 })
  integerOption('fetchMinBytes', options.fetchMinBytes, { min: 0, max: maxInt32 })
  integerOption('fetchMaxBytes', options.fetchMaxBytes, { min: 1, max: maxInt32 })
  integerOption('maxPartitionFetchBytes', options.maxPartitionFetchBytes, { min: 1, max: maxInt32 })
  integerOption('fetchMaxWaitMs', options.fetchMaxWaitMs, { min: 0, max: maxInt32 })
  if (groupInstanceId !== undefined) nameOption('groupInstanceId', groupInstanceId)
  if (clientRack !== undefined) nameOption('clientRack', clientRack)
}

/** The protocol has these as 32-bit integers. */
const maxInt32 = 0x7fff_ffff
