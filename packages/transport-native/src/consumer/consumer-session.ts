import {
  checkAssignOptions,
  checkSubscribeOptions,
  PartitaError,
  toPartitaError,
  type AssignOptions,
  type ConsumerTransport,
  type GroupListener,
  type GroupMembership,
  type SubscribeOptions,
} from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { Membership } from './membership.ts'
import { openAssignment, openSubscription } from './open-membership.ts'
import { rest } from './retry.ts'
import { Signal } from './signal.ts'

/** A topic that was created a moment ago may not have come round to every broker. */
const topicPatienceMs = 1_000
const topicRetryMs = 200

/** Makes the consumer side of a transport over a cluster of its own, which it closes in the end. */
export function createConsumerSession(cluster: Cluster): ConsumerTransport {
  return new ConsumerSession(cluster)
}

class ConsumerSession implements ConsumerTransport {
  readonly #cluster: Cluster
  #membership: Membership | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership> {
    this.#checkFirst('subscribe')
    checkSubscribeOptions(options)
    const { topics, signal } = options
    const membership = openSubscription(this.#cluster, options, listener)
    return this.#begin(membership, options, async () => {
      // Nothing is created: a topic that is not there is refused, not waited for.
      await Promise.all(topics.map((topic) => this.#mustExist(topic, 0, signal)))
    })
  }

  async assign(options: AssignOptions, listener: GroupListener): Promise<GroupMembership> {
    this.#checkFirst('assign')
    checkAssignOptions(options)
    const { partitions, signal } = options
    const membership = openAssignment(this.#cluster, options, listener)
    return this.#begin(membership, options, async () => {
      await Promise.all(partitions.map(({ topic, partition }) => this.#mustExist(topic, partition, signal)))
    })
  }

  async close(): Promise<void> {
    await this.#membership?.leave()
    await this.#cluster.close()
  }

  #checkFirst(api: string): void {
    if (this.#membership === undefined) return
    const text = 'A consumer session takes one subscription or assignment; open another for the next.'
    throw new PartitaError('UNSUPPORTED', text, { api })
  }

  async #begin(
    membership: Membership,
    options: { readonly groupId?: string | undefined; readonly signal?: AbortSignal | undefined },
    check: () => Promise<void>,
  ): Promise<GroupMembership> {
    this.#membership = membership
    const { signal } = options
    const aborted = new Signal()
    const abort = (): void => aborted.fire()
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    try {
      const begin = check().then(() => (signal?.aborted === true ? undefined : membership.begin()))
      await Promise.race([aborted.promise.then(() => throwAborted(options)), begin])
      return membership
    } catch (error) {
      await this.close()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  async #mustExist(topic: string, partition: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#cluster
    const until = clock.monotonic() + topicPatienceMs
    for (let refresh = false; ; refresh = true) {
      try {
        const { partitions } = await this.#cluster.topic(topic, { signal, refresh })
        if (partition >= partitions.length) throw noPartition(topic, partition, partitions.length)
        return
      } catch (cause) {
        const error = toPartitaError(cause, { topic })
        if (!error.retriable || clock.monotonic() >= until) throw error
        await rest(clock, topicRetryMs)
      }
    }
  }
}

function throwAborted({ groupId, signal }: { groupId?: string | undefined; signal?: AbortSignal | undefined }): never {
  const text = "Beginning to consume was ended by the caller's signal."
  throw new PartitaError('ABORTED', text, { ...(groupId !== undefined && { groupId }), cause: signal?.reason })
}

function noPartition(topic: string, partition: number, count: number): PartitaError {
  const text = `The topic has the partitions 0 to ${count - 1}.`
  return new PartitaError('PARTITION_NOT_FOUND', text, { topic, partition, retriable: true })
}
