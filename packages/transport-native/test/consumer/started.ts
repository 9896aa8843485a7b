import type { SubscribeOptions } from '@partita/protocol'
import { FakeKafka } from './fake-kafka.ts'
import { Member, settled } from './member.ts'

export interface Started {
  readonly kafka: FakeKafka
  readonly member: Member
  /** Values of a partition so far. */
  read(partition: number): string[]
}

/** A member of the topic `t`, which has joined and begun to fetch. */
export async function started(
  partitions: number,
  prepare: (kafka: FakeKafka) => void = () => undefined,
  options: Partial<SubscribeOptions> = {},
): Promise<Started> {
  const kafka = new FakeKafka()
  kafka.createTopic('t', partitions)
  prepare(kafka)
  const member = await settled(kafka, new Member(kafka).join(options))
  await kafka.clock.advance(10)
  return { kafka, member, read: (partition) => member.values.get(`t-${partition}`) ?? [] }
}

/** A partition of `t`. */
export function place(partition: number): { topic: string; partition: number } {
  return { topic: 't', partition }
}
