import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { partitionName } from '@partita/protocol'
import { assign, assignedPartitions, subscriptions } from '../src/assignor.ts'

function member(memberId: string, ...topics: string[]): { memberId: string; memberMetadata: Buffer } {
  return { memberId, memberMetadata: subscriptions(topics)[0]!.metadata }
}

function dealt(
  members: Parameters<typeof assign>[0],
  counts: Record<string, number>,
  way?: string,
): Record<string, string[]> {
  const entries = assign(members, new Map(Object.entries(counts)), way)
  return Object.fromEntries(
    entries.map((each) => [each.memberId, assignedPartitions(each.memberAssignment).map(partitionName)]),
  )
}

describe('partitions are dealt', () => {
  it('in turn, members and topics in the order of their names', () => {
    const members = [member('b', 't', 'u'), member('a', 't', 'u')]
    expect(dealt(members, { u: 3, t: 2 })).toEqual({ a: ['t-0', 'u-0', 'u-2'], b: ['t-1', 'u-1'] })
  })

  it('to members that want the topic: kafkajs deals them to any, who leave them unread', () => {
    const members = [member('a', 't'), member('b', 'u'), member('c', 't', 'u')]
    expect(dealt(members, { t: 4, u: 3 })).toEqual({ a: ['t-0', 't-2'], b: ['u-0', 'u-2'], c: ['t-1', 't-3', 'u-1'] })
  })

  it('in ranges, topic by topic, as Java does', () => {
    const members = [member('b', 't', 'u'), member('a', 't'), member('c', 't', 'u')]
    expect(dealt(members, { t: 5, u: 3 }, 'range')).toEqual({
      a: ['t-0', 't-1'],
      b: ['t-2', 't-3', 'u-0', 'u-1'],
      c: ['t-4', 'u-2'],
    })
  })

  it('to more members than there are partitions: some get none', () => {
    expect(dealt([member('a', 't'), member('b', 't')], { t: 1 })).toEqual({ a: ['t-0'], b: [] })
  })

  it('not, of a topic that is not there', () => {
    expect(dealt([member('a', 't', 'gone')], { t: 1 })).toEqual({ a: ['t-0'] })
  })

  it("as kafkajs's own members deal them, where all want the same: they may be in one group", async () => {
    const members = [member('b', 't', 'u'), member('a', 't', 'u'), member('c', 't', 'u')]
    const counts: Record<string, number> = { t: 4, u: 7 }
    const cluster = {
      findTopicPartitionMetadata: (topic: string) =>
        Array.from({ length: counts[topic]! }, (_, partitionId) => ({ partitionId })),
    }
    const theirs = kafkajs.PartitionAssigners.roundRobin({ cluster } as never)
    expect(theirs.name).toBe(subscriptions(['t'])[0]!.name)
    const assigned = await theirs.assign({ members, topics: ['t', 'u'] } as never)
    const theirDeal = Object.fromEntries(
      assigned.map((each) => [each.memberId, assignedPartitions(each.memberAssignment).map(partitionName)]),
    )
    expect(dealt(members, counts)).toEqual(theirDeal)
  })

  it('by others in ways that are read as well: no bytes, no partitions', () => {
    expect(assignedPartitions(Buffer.alloc(0))).toEqual([])
  })
})
