import type { OffsetCommit } from '@partita/protocol'
import { FakeKafka } from './fake-kafka.ts'
import { Member, settled } from './member.ts'

export function commitOf(partition: number, offset: number, metadata = ''): OffsetCommit {
  return { topic: 't', partition, offset, metadata }
}

/** The only member of a group that reads the topic `t`. */
export async function joined(partitions = 4): Promise<{ kafka: FakeKafka; member: Member }> {
  const kafka = new FakeKafka()
  kafka.createTopic('t', partitions)
  const member = await settled(kafka, new Member(kafka).join())
  return { kafka, member }
}
