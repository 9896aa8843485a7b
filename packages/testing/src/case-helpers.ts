import {
  isPartitaError,
  partitionName,
  type AssignOptions,
  type BatchBuilder,
  type Clock,
  type FetchedRecord,
  type ManualPartition,
  type ProducerTransport,
  type ProducerTransportOptions,
  type SealedBatch,
  type SubscribeOptions,
  type Transport,
  type TopicPartition,
  type WriteResult,
} from '@partita/protocol'
import type { TransportHarness } from './compliance.ts'
import { RecordingMember } from './recording-member.ts'

/** What a case may take for granted to come, it waits for no longer than this. */
const patienceMs = 10_000
const pollMs = 10

/** Waits until the condition holds; fails, naming what was waited for, when it does not come to hold. */
export async function eventually(clock: Clock, what: string, condition: () => boolean): Promise<void> {
  const until = clock.monotonic() + patienceMs
  while (!condition()) {
    if (clock.monotonic() > until) throw new Error(`waited in vain for: ${what}`)
    await delay(clock, pollMs)
  }
}

export function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve)
  })
}

/** Opens a session, hands it to the case, and closes it however the case ends. */
export async function using<S extends { close(): Promise<void> }, T>(
  session: S,
  use: (session: S) => Promise<T>,
): Promise<T> {
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** Options as an application would have them: idempotent where the transport can be. */
export function producerOptions(
  transport: Transport,
  own: Partial<ProducerTransportOptions> = {},
): ProducerTransportOptions {
  const enableIdempotence = transport.guarantees.idempotentWrites === true && (own.acks ?? -1) === -1
  return { acks: -1, compressionType: 'none', enableIdempotence, requestTimeoutMs: 10_000, ...own }
}

export const roomyLimits = { maxBytes: 10_000_000, maxRecords: 10_000 } as const

/** A sealed batch of records with these values, keys none, timestamps rising by one from 1,700,000,000,000. */
export function batchOf(producer: ProducerTransport, target: TopicPartition, values: readonly string[]): SealedBatch {
  const builder: BatchBuilder = producer.openBatch(target, roomyLimits)
  for (const [index, value] of values.entries()) builder.append(1_700_000_000_000 + index, null, value, [])
  return builder.seal()
}

/** Writes as a producer does: the same batch again while the failure is one that may pass. */
export async function store(producer: ProducerTransport, batch: SealedBatch, clock: Clock): Promise<WriteResult> {
  const until = clock.monotonic() + patienceMs
  for (;;) {
    try {
      return await producer.write(batch)
    } catch (error) {
      if (!isPartitaError(error) || !error.retriable || clock.monotonic() > until) throw error
      await delay(clock, 50)
    }
  }
}

/** Writes values to one partition with a producer of its own. */
export async function storeValues(
  transport: Transport,
  target: TopicPartition,
  values: readonly string[],
): Promise<WriteResult> {
  return using(transport.openProducer(producerOptions(transport)), (producer) =>
    store(producer, batchOf(producer, target, values), transport.clock),
  )
}

/** Subscription options that make a suite quick, from the beginning of the topics. */
export function subscribeOptions(
  groupId: string,
  topics: readonly string[],
  own: Partial<SubscribeOptions> = {},
): SubscribeOptions {
  return {
    groupId,
    topics,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 100,
    rebalanceTimeoutMs: 10_000,
    fetchMinBytes: 1,
    fetchMaxBytes: 50_000_000,
    maxPartitionFetchBytes: 1_000_000,
    fetchMaxWaitMs: 100,
    ...own,
  }
}

/** The same of whoever reads by hand. */
export function assignOptions(partitions: readonly ManualPartition[], own: Partial<AssignOptions> = {}): AssignOptions {
  const { groupId: _, topics: __, ...fetches } = subscribeOptions('', [])
  return { ...fetches, partitions, ...own }
}

/** All records of a topic, by partition, once there are so many. */
export async function readTopic(
  harness: TransportHarness,
  topic: string,
  count: number,
): Promise<ReadonlyMap<number, readonly FetchedRecord[]>> {
  const transport = harness.newTransport()
  const member = new RecordingMember(transport)
  return using(member, async () => {
    await member.join(subscribeOptions(harness.newGroupId(), [topic]))
    await eventually(transport.clock, `${count} records of ${topic}`, () => member.recordCount >= count)
    // One more moment, for records that should not be there.
    await delay(transport.clock, 50)
    const partitions = new Map<number, readonly FetchedRecord[]>()
    for (const { partition } of member.assignment) partitions.set(partition, member.recordsOf({ topic, partition }))
    return partitions
  })
}

/** The values of records, as text. */
export function valuesOf(records: readonly FetchedRecord[] | undefined): (string | null)[] {
  return (records ?? []).map(({ value }) => (value === null ? null : new TextDecoder().decode(value)))
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** `prefix-0`, `prefix-1`, … */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
}

export function names(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(partitionName).toSorted()
}
