import type { TopicPartition } from '@partita/protocol'
import { numbered, storeValues } from './case-helpers.ts'
import type { TransportHarness } from './compliance.ts'
import { RecordingMember } from './recording-member.ts'

/** A topic, and a member that has not joined yet. */
export interface Prepared {
  readonly transport: RecordingMember['transport']
  readonly member: RecordingMember
  readonly topic: string
  storeMore(partition: number, values: readonly string[]): Promise<void>
}

/** A topic with `count` records, `p0-0` … in each partition, and a member that has not joined yet. */
export async function prepared(harness: TransportHarness, partitions: number, count: number): Promise<Prepared> {
  const topic = await harness.newTopic(partitions)
  const transport = harness.newTransport()
  const storeMore = async (partition: number, values: readonly string[]): Promise<void> => {
    await storeValues(transport, { topic, partition }, values)
  }
  const places = Array.from({ length: partitions }, (_, partition): TopicPartition => ({ topic, partition }))
  if (count > 0)
    await Promise.all(places.map(({ partition }) => storeMore(partition, numbered(`p${partition}`, count))))
  return { transport, member: new RecordingMember(transport), topic, storeMore }
}
