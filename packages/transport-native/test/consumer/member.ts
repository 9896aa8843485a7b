import {
  partitionName,
  type AssignedPartition,
  type AssignOptions,
  type FetchedBatch,
  type GroupListener,
  type GroupMembership,
  type ManualPartition,
  type PartitaError,
  type SubscribeOptions,
  type TopicPartition,
} from '@partita/protocol'
import { createConsumerSession } from '../../src/consumer/consumer-session.ts'
import type { FakeKafka } from './fake-kafka.ts'

/** A member that keeps what it is told: `assigned t-0,t-1`, `revoked t-1`, `lost t-0`, `failed CODE`. */
export class Member implements GroupListener {
  readonly events: string[] = []
  readonly values: Map<string, string[]> = new Map()
  readonly batches: FetchedBatch[] = []
  readonly assignments: AssignedPartition[] = []
  readonly session: ReturnType<typeof createConsumerSession>
  membership!: GroupMembership
  onRevoked: () => Promise<void> = () => Promise.resolve()
  onRecords: (batch: FetchedBatch) => void = () => undefined
  #inCall = false
  readonly owned: Set<string> = new Set()

  constructor(kafka: FakeKafka) {
    this.session = createConsumerSession(kafka.open())
  }

  async join(options: Partial<SubscribeOptions> = {}): Promise<this> {
    this.membership = await this.session.subscribe({ ...defaults, ...options }, this)
    return this
  }

  async assign(partitions: readonly ManualPartition[], options: Partial<AssignOptions> = {}): Promise<this> {
    const { groupId: _, topics: __, ...fetches } = defaults
    this.membership = await this.session.assign({ ...fetches, ...options, partitions }, this)
    return this
  }

  assigned(partitions: readonly AssignedPartition[], epoch: number): void {
    this.#alone(() => {
      this.events.push(`assigned ${show(partitions)} in ${epoch}`)
      this.assignments.push(...partitions)
      for (const each of partitions) this.owned.add(partitionName(each))
    })
  }

  revoked(partitions: readonly TopicPartition[]): Promise<void> {
    return this.#alone(async () => {
      this.events.push(`revoked ${show(partitions)}`)
      for (const each of partitions) this.owned.delete(partitionName(each))
      await this.onRevoked()
    })
  }

  lost(partitions: readonly TopicPartition[]): void {
    this.#alone(() => {
      this.events.push(`lost ${show(partitions)}`)
      for (const each of partitions) this.owned.delete(partitionName(each))
    })
  }

  records(batch: FetchedBatch): void {
    this.#alone(() => {
      const name = partitionName(batch)
      if (!this.owned.has(name)) throw new Error(`records of ${name}, which is not owned`)
      this.batches.push(batch)
      const values = batch.records.map(({ value }) => new TextDecoder().decode(value!))
      this.values.set(name, [...(this.values.get(name) ?? []), ...values])
      this.onRecords(batch)
    })
  }

  failed(error: PartitaError): void {
    this.events.push(`failed ${error.code}: ${error.message}`)
  }

  /** Makes a call of the membership, during which the listener may not be called. */
  call<T>(call: (membership: GroupMembership) => T): T {
    return this.#alone(() => call(this.membership))
  }

  #alone<T>(call: () => T): T {
    if (this.#inCall) throw new Error('a call within a call')
    this.#inCall = true
    try {
      return call()
    } finally {
      this.#inCall = false
    }
  }
}

export const defaults: SubscribeOptions = {
  groupId: 'g',
  topics: ['t'],
  autoOffsetReset: 'earliest',
  isolationLevel: 'read_committed',
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
  rebalanceTimeoutMs: 20_000,
  fetchMinBytes: 1,
  fetchMaxBytes: 10_000_000,
  maxPartitionFetchBytes: 1_000_000,
  fetchMaxWaitMs: 500,
}

function show(partitions: readonly TopicPartition[]): string {
  return partitions.map(partitionName).toSorted().join(',')
}

/** Runs a promise to its end on the virtual clock. */
export async function settled<T>(kafka: FakeKafka, promise: Promise<T>): Promise<T> {
  let over = false
  const done = promise.finally(() => (over = true))
  done.catch(() => undefined)
  await kafka.clock.advanceUntil(() => over)
  return done
}
