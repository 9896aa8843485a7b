import {
  choiceOption,
  integerOption,
  isPartitaError,
  nameOption,
  PartitaError,
  topicName,
  type ConsumerTransport,
  type GroupListener,
  type GroupMembership,
  type SubscribeOptions,
} from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import { Membership } from './membership.ts'
import { Signal } from './signal.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { pause } from './waiting.ts'

/** A topic that was created a moment ago may not have come round to every broker. */
const topicPatienceMs = 1_000
const topicRetryMs = 200

export class KafkajsConsumer implements ConsumerTransport {
  readonly #session: ClusterSession
  #membership: Membership | undefined

  constructor(session: ClusterSession) {
    this.#session = session
  }

  async subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership> {
    if (this.#membership !== undefined) {
      const text = 'A consumer session takes one subscription; open another for the next.'
      throw new PartitaError('UNSUPPORTED', text, { api: 'subscribe' })
    }
    check(options)
    const membership = new Membership(this.#session, options, listener)
    this.#membership = membership
    const aborted = new Signal<'aborted'>()
    const abort = (): void => aborted.fire('aborted')
    options.signal?.addEventListener('abort', abort, { once: true })
    if (options.signal?.aborted === true) abort()
    try {
      const outcome = await Promise.race([this.#begin(membership, options), aborted.promise])
      if (outcome === 'joined') return membership
      const text = "Joining the group was ended by the caller's signal."
      throw new PartitaError('ABORTED', text, { groupId: options.groupId, cause: options.signal?.reason })
    } catch (error) {
      await this.close()
      throw error
    } finally {
      options.signal?.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    await this.#membership?.leave()
    await this.#session.close()
  }

  async #begin(membership: Membership, options: SubscribeOptions): Promise<'joined'> {
    const metadata = new TopicMetadata(this.#session)
    for (const topic of options.topics) await this.#mustExist(metadata, topic)
    await membership.begin()
    return 'joined'
  }

  async #mustExist(metadata: TopicMetadata, topic: string): Promise<void> {
    const { clock } = this.#session
    const until = clock.monotonic() + topicPatienceMs
    for (;;) {
      try {
        await metadata.partitions(topic)
        return
      } catch (error) {
        const mayCome = isPartitaError(error) && error.retriable && error.code !== 'CONNECTION_FAILED'
        if (!mayCome || clock.monotonic() >= until) throw error
        await pause(clock, topicRetryMs)
      }
    }
  }
}

function check(options: SubscribeOptions): void {
  const { groupId, topics, groupInstanceId } = options
  nameOption('groupId', groupId)
  if (topics.length === 0) {
    throw new PartitaError('INVALID_OPTION', '`topics` must name at least one topic.', { api: 'topics' })
  }
  topics.forEach(topicName)
  choiceOption('autoOffsetReset', options.autoOffsetReset, ['earliest', 'latest', 'none'])
  choiceOption('isolationLevel', options.isolationLevel, ['read_committed', 'read_uncommitted'])
  integerOption('heartbeatIntervalMs', options.heartbeatIntervalMs, { min: 1, max: options.sessionTimeoutMs - 1 })
  integerOption('rebalanceTimeoutMs', options.rebalanceTimeoutMs, { min: 1 })
  integerOption('fetchMaxWaitMs', options.fetchMaxWaitMs, { min: 0 })
  if (groupInstanceId === undefined) return
  const text = 'kafkajs cannot join a group as a static member: leave groupInstanceId out, or use another transport.'
  throw new PartitaError('UNSUPPORTED', text, { api: 'groupInstanceId', groupId })
}
