import {
  checkAssignOptions,
  checkSubscribeOptions,
  isPartitaError,
  PartitaError,
  type AssignOptions,
  type ConsumerTransport,
  type GroupListener,
  type GroupMembership,
  type SubscribeOptions,
} from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import { ManualReader } from './manual-reader.ts'
import { Membership } from './membership.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'
import { Signal } from './signal.ts'
import { TopicMetadata } from './topic-metadata.ts'
import { pause } from './waiting.ts'

/** A topic that was created a moment ago may not have come round to every broker. */
const topicPatienceMs = 1_000
const topicRetryMs = 200

/** What a session carries: a member of a group, or a reader by hand. */
type Carried = GroupMembership & { begin(): Promise<void> }

export class KafkajsConsumer implements ConsumerTransport {
  readonly #session: ClusterSession
  #carried: Carried | undefined

  constructor(session: ClusterSession) {
    this.#session = session
  }

  async subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership> {
    this.#checkFirst('subscribe')
    checkSubscribeOptions(options)
    refuseUnsupported(options)
    const metadata = new TopicMetadata(this.#session)
    return this.#begin(new Membership(this.#session, options, listener), options, async () => {
      for (const topic of options.topics) await this.#mustExist(metadata, topic, 0)
    })
  }

  async assign(options: AssignOptions, listener: GroupListener): Promise<GroupMembership> {
    this.#checkFirst('assign')
    checkAssignOptions(options)
    const metadata = new TopicMetadata(this.#session)
    return this.#begin(new ManualReader(this.#session, options, listener), options, async () => {
      for (const { topic, partition } of options.partitions) await this.#mustExist(metadata, topic, partition)
    })
  }

  async close(): Promise<void> {
    await this.#carried?.leave()
    await this.#session.close()
  }

  #checkFirst(api: string): void {
    if (this.#carried === undefined) return
    const text = 'A consumer session takes one subscription or assignment; open another for the next.'
    throw new PartitaError('UNSUPPORTED', text, { api })
  }

  async #begin(
    carried: Carried,
    { groupId, signal }: { readonly groupId?: string | undefined; readonly signal?: AbortSignal | undefined },
    check: () => Promise<void>,
  ): Promise<GroupMembership> {
    this.#carried = carried
    const aborted = new Signal<'aborted'>()
    const abort = (): void => aborted.fire('aborted')
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    try {
      const outcome = await Promise.race([check().then(() => carried.begin()), aborted.promise])
      if (outcome !== 'aborted') return carried
      const text = "Beginning to consume was ended by the caller's signal."
      throw new PartitaError('ABORTED', text, { ...(groupId !== undefined && { groupId }), cause: signal?.reason })
    } catch (error) {
      await this.close()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  async #mustExist(metadata: TopicMetadata, topic: string, partition: number): Promise<void> {
    const { clock } = this.#session
    const until = clock.monotonic() + topicPatienceMs
    for (let refresh = false; ; refresh = true) {
      try {
        const { length } = await metadata.partitions(topic, { refresh })
        if (partition < length) return
        const text = `The topic has the partitions 0 to ${length - 1}.`
        throw new PartitaError('PARTITION_NOT_FOUND', text, { topic, partition, retriable: true })
      } catch (error) {
        const mayCome = isPartitaError(error) && error.retriable && error.code !== 'CONNECTION_FAILED'
        if (!mayCome || clock.monotonic() >= until) throw error
        await pause(clock, topicRetryMs)
      }
    }
  }
}
