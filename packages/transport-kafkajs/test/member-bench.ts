import type { FetchedBatch, GroupListener, GroupMembership, SubscribeOptions, TopicPartition } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { ClusterSession } from '../src/cluster-session.ts'
import { KafkajsConsumer } from '../src/consumer-session.ts'
import { FakeCluster } from './fake-cluster.ts'

export const memberOptions: SubscribeOptions = {
  groupId: 'g',
  topics: ['t'],
  autoOffsetReset: 'earliest',
  isolationLevel: 'read_committed',
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
  rebalanceTimeoutMs: 20_000,
  fetchMinBytes: 1,
  fetchMaxBytes: 1e6,
  maxPartitionFetchBytes: 1e5,
  fetchMaxWaitMs: 500,
}

/** A member over a fake cluster under a virtual clock, and all that it was told, as lines. */
export class MemberBench {
  readonly clock: VirtualClock = createVirtualClock()
  readonly cluster: FakeCluster
  readonly consumer: KafkajsConsumer
  /** `assigned 1 t-0@- t-1@5`, `revoked t-0 t-1`, `lost …`, `records t-0 a,b`, `failed CODE`. */
  readonly told: string[] = []
  onRevoked: () => Promise<void> = () => Promise.resolve()
  onRecords: (batch: FetchedBatch) => void = () => undefined
  #membership: GroupMembership | undefined

  constructor(nodes: readonly number[] = [1]) {
    this.cluster = new FakeCluster(this.clock, nodes)
    this.cluster.createTopic('t', 2, (partition) => nodes[partition % nodes.length]!)
    this.consumer = new KafkajsConsumer(new ClusterSession(this.cluster, this.clock))
  }

  get member(): GroupMembership {
    return this.#membership!
  }

  async join(own: Partial<SubscribeOptions> = {}): Promise<void> {
    const joining = this.consumer.subscribe({ ...memberOptions, ...own }, this.#listener())
    let settled = false
    joining.then(
      () => (settled = true),
      () => (settled = true),
    )
    await this.clock.advanceUntil(() => settled)
    this.#membership = await joining
    await this.clock.settle()
  }

  /** Lines that begin so. */
  lines(kind: string): string[] {
    return this.told.filter((line) => line.startsWith(kind))
  }

  rebalance(): void {
    this.cluster.group.heartbeatCode = 27
  }

  #listener(): GroupListener {
    return {
      assigned: (partitions, epoch) => {
        const places = partitions.map((each) => `${nameOf(each)}@${each.committed?.offset ?? '-'}`)
        this.told.push(['assigned', epoch, ...places].join(' '))
      },
      revoked: async (partitions) => {
        this.told.push(['revoked', ...partitions.map(nameOf)].join(' '))
        await this.onRevoked()
        this.told.push('drained')
      },
      lost: (partitions) => void this.told.push(['lost', ...partitions.map(nameOf)].join(' ')),
      records: (batch) => {
        const values = batch.records.map(({ value }) => (value === null ? '-' : Buffer.from(value).toString()))
        this.told.push(`records ${nameOf(batch)} ${values.join(',')}`)
        this.onRecords(batch)
      },
      failed: (error) => void this.told.push(`failed ${error.code} ${error.message}`),
    }
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/** Values as messages. */
export function messages(...values: string[]): { value: Buffer }[] {
  return values.map((value) => ({ value: Buffer.from(value) }))
}
