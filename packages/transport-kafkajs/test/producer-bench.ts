import { expect } from 'vitest'
import { PartitaError, type ProducerTransport, type SealedBatch } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import type { ProduceRequest } from '../src/broker-api.ts'
import { ClusterSession } from '../src/cluster-session.ts'
import { KafkajsProducer } from '../src/producer-session.ts'
import { connectionLost, FakeCluster, type Interception } from './fake-cluster.ts'

const options = { acks: -1, compressionType: 'none', enableIdempotence: true, requestTimeoutMs: 1_000 } as const

/** A producer over a fake cluster under a virtual clock. */
export interface Bench {
  readonly clock: VirtualClock
  readonly cluster: FakeCluster
  readonly producer: ProducerTransport
  batch(values: readonly string[], partition?: number): SealedBatch
}

export function bench(own: Partial<Parameters<typeof openWith>[1]> = {}, nodes: readonly number[] = [1]): Bench {
  const clock = createVirtualClock()
  const cluster = new FakeCluster(clock, nodes)
  cluster.createTopic('t', 4)
  const producer = openWith(new ClusterSession(cluster, clock), { ...options, ...own })
  const batch = (values: readonly string[], partition = 0): SealedBatch => {
    const builder = producer.openBatch({ topic: 't', partition }, { maxBytes: 1e6, maxRecords: 1e6 })
    for (const value of values) builder.append(1_700_000_000_000, null, value, [])
    return builder.seal()
  }
  return { clock, cluster, producer, batch }
}

function openWith(session: ClusterSession, all: ConstructorParameters<typeof KafkajsProducer>[1]): KafkajsProducer {
  return new KafkajsProducer(session, all)
}

/** The batch is stored, but its answer gets lost with the connection. */
export const answerLost: Interception = async (_, carryOut) => {
  await carryOut()
  throw connectionLost('produce')
}

/** The connection breaks before the broker has read the request. */
export const requestLost: Interception = () => Promise.reject(connectionLost('produce'))

export function answerWith(errorCode: number): Interception {
  return (request: ProduceRequest) => ({
    topics: request.topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode, baseOffset: '-1', logAppendTime: '-1' })),
    })),
  })
}

export async function failure(write: Promise<unknown>): Promise<PartitaError> {
  const error = await write.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PartitaError)
  return error as PartitaError
}
