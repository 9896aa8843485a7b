import {
  isPartitaError,
  type PartitaError,
  type ProducerTransport,
  type ProducerTransportOptions,
  type SealedBatch,
  type WriteResult,
} from '@partita/protocol'
import { createProducerSession } from '../../src/producer/producer-session.ts'
import { type FakeCluster, fakeCluster } from './fake-cluster.ts'

export interface Bench {
  readonly cluster: FakeCluster
  readonly session: ProducerTransport
}

/** A session on a cluster in memory; the topic's partitions are known already. */
export async function bench(
  options: Partial<ProducerTransportOptions> & { readonly version?: number; readonly topicId?: string } = {},
): Promise<Bench> {
  const { version = 12, topicId, ...rest } = options
  const cluster = fakeCluster({ version, ...(topicId !== undefined && { topicId }) })
  const session = createProducerSession(cluster, {
    acks: -1,
    compressionType: 'none',
    enableIdempotence: (rest.acks ?? -1) === -1,
    requestTimeoutMs: 30_000,
    ...rest,
  })
  await session.partitionsFor('orders')
  return { cluster, session }
}

export const roomy = { maxBytes: 1_000_000, maxRecords: 10_000 }

/** A sealed batch of records with these values. */
export function batchOf(session: ProducerTransport, partition: number, values: readonly string[]): SealedBatch {
  const builder = session.openBatch({ topic: 'orders', partition }, roomy)
  values.forEach((value, i) => builder.append(1_000 + i, `key-${i}`, value, []))
  return builder.seal()
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<PartitaError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isPartitaError(error)) throw new Error(`a PartitaError was expected, not ${String(error)}`)
  return error
}

/** Writes until it succeeds, as a producer does, as often as is allowed. */
export async function insist(session: ProducerTransport, batch: SealedBatch, attempts = 5): Promise<WriteResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await session.write(batch)
    } catch (error) {
      if (!isPartitaError(error) || !error.retriable || attempt === attempts) throw error
    }
  }
}
