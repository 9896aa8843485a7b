import { createVirtualClock, type VirtualClock } from '@partita/testing'
import type { metadataApi, ResponseInput } from '@partita/wire'
import type { Cluster } from '../../src/cluster/cluster.ts'
import type { ClusterOptions } from '../../src/cluster/cluster-options.ts'
import { createCluster } from '../../src/cluster/create-cluster.ts'
import { FakeBroker } from '../network/fake-broker.ts'

export type MetadataTopic = ResponseInput<typeof metadataApi>['topics'][number]

/** What the brokers of a test tell of their cluster. */
export interface ToldCluster {
  readonly clock: VirtualClock
  readonly broker: FakeBroker
  readonly nodes: Map<number, string>
  readonly topics: Map<string, MetadataTopic>
  controllerId: number
  open(options?: Partial<ClusterOptions>): Cluster
}

export const uuid = (digit: number): string => String(digit).repeat(32)

/** A topic whose partitions are led by these nodes. */
export function topicLedBy(
  name: string,
  leaders: readonly number[],
  topicId = uuid(1),
  leaderEpoch = 0,
): MetadataTopic {
  const partitions = leaders.map((leaderId, partitionIndex) => ({
    errorCode: leaderId < 0 ? 5 : 0,
    partitionIndex,
    leaderId,
    leaderEpoch,
    replicaNodes: [],
    isrNodes: [],
  }))
  return { errorCode: 0, name, topicId, partitions }
}

export function refusedTopic(name: string, errorCode: number): MetadataTopic {
  return { errorCode, name, partitions: [] }
}

/** Three nodes, `node-1:1` to `node-3:3`; `node-1:1` is where clients begin. */
export function toldCluster(): ToldCluster {
  const clock = createVirtualClock()
  const broker = new FakeBroker(clock)
  const told: ToldCluster = {
    clock,
    broker,
    nodes: new Map([1, 2, 3].map((id) => [id, `node-${id}`])),
    topics: new Map(),
    controllerId: 1,
    open: (options = {}) => createCluster({ brokers: ['node-1:1'], connector: broker, clock, ...options }),
  }
  broker.on('Metadata', ({ body }) => ({
    brokers: Array.from(told.nodes, ([nodeId, host]) => ({ nodeId, host, port: nodeId })),
    controllerId: told.controllerId,
    topics: (body.topics ?? [...told.topics.keys()].map((name) => ({ name }))).map(
      ({ name }) => told.topics.get(name!) ?? refusedTopic(name!, 3),
    ),
  }))
  return told
}

/**
 * Lets the fake brokers answer until the promise settles.
 * @param stepMs how far time moves each turn; default: it stands still
 */
export async function during<T>(clock: VirtualClock, promise: Promise<T>, stepMs = 0): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  promise.then(over, over)
  for (let turns = 0; !isOver; turns++) {
    if (turns === 1_000) throw new Error('nothing more comes, and the promise is not settled')
    await clock.settle()
    if (stepMs > 0 && !isOver) await clock.advance(stepMs)
  }
  return promise
}
