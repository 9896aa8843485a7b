import { assignOptions, delay, eventually, names, subscribeOptions, using, valuesOf } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { prepared } from './prepared-member.ts'
import { RecordingMember } from './recording-member.ts'

/** What a {@link ConsumerTransport} has to do for whoever reads partitions by hand. */
export const consumerAssignCases: readonly ComplianceCase[] = [
  {
    name: 'partitions that are read by hand are told once, and read from where each is to begin',
    async run(harness) {
      const { member, topic, storeMore } = await prepared(harness, 3, 5)
      await using(member, async () => {
        const partitions = [
          { topic, partition: 0 },
          { topic, partition: 2, offset: 3 },
        ]
        await member.assign(assignOptions(partitions))
        expectSame(names(member.assignment), [`${topic}-0`, `${topic}-2`], 'the assignment')
        expectThat(
          member.assignment.every(({ committed }) => committed === null),
          'there is no group that could have committed',
        )
        expectThat(member.membership.epoch >= 0, `the epoch is ${member.membership.epoch}`)
        await storeMore(2, ['more'])
        await eventually(member.transport.clock, 'the records', () => member.recordCount >= 8)
        await delay(member.transport.clock, 50)
        expectSame(valuesOf(member.recordsOf(partitions[0]!)).length, 5, 'records of partition 0')
        expectSame(valuesOf(member.recordsOf(partitions[1]!)), ['p2-3', 'p2-4', 'more'], 'records of partition 2')
        expectSame(member.recordsOf({ topic, partition: 1 }).length, 0, 'records of partition 1')
      })
    },
  },
  {
    name: 'without a group nothing is committed, and reading goes on',
    async run(harness) {
      const { member, topic, storeMore } = await prepared(harness, 1, 1)
      await using(member, async () => {
        await member.assign(assignOptions([{ topic, partition: 0 }]))
        await eventually(member.transport.clock, 'the record', () => member.recordCount === 1)
        const commit = member.membership.commit([{ topic, partition: 0, offset: 1, metadata: '' }])
        await expectRejection(commit, 'INVALID_GROUP_ID')
        await storeMore(0, ['more'])
        await eventually(member.transport.clock, 'the next record', () => member.recordCount === 2)
      })
    },
  },
  {
    name: 'with a group, commits of whoever reads by hand are kept, and reading begins there',
    async run(harness) {
      const { member, topic } = await prepared(harness, 2, 6)
      const groupId = harness.newGroupId()
      const partitions = [0, 1].map((partition) => ({ topic, partition }))
      await using(member, async () => {
        await member.assign(assignOptions(partitions, { groupId }))
        await member.membership.commit([{ topic, partition: 0, offset: 4, metadata: 'by hand' }])
      })
      const next = new RecordingMember(harness.newTransport())
      await using(next, async () => {
        const own = { groupId, autoOffsetReset: 'latest' } as const
        await next.assign(assignOptions([partitions[0]!, { ...partitions[1]!, offset: 5 }], own))
        await eventually(next.transport.clock, 'the records', () => next.recordCount >= 3)
        const offsetsOf = (partition: number): number[] =>
          next.recordsOf({ topic, partition }).map(({ offset }) => offset)
        expectSame([offsetsOf(0), offsetsOf(1)], [[4, 5], [5]], 'the offsets that are read')
        const committed = next.assignment.map(({ partition, committed: commit }) => [partition, commit?.offset ?? null])
        expectSame(
          committed,
          [
            [0, 4],
            [1, null],
          ],
          'the commits, but for the partition with an offset of its own',
        )
      })
    },
  },
  {
    name: 'whoever reads by hand cannot commit to a group that has members, nor do they notice him',
    async run(harness) {
      const { member, topic } = await prepared(harness, 1, 2)
      const groupId = harness.newGroupId()
      const reader = new RecordingMember(harness.newTransport())
      await using(member, async () => {
        await member.join(subscribeOptions(groupId, [topic]))
        await using(reader, async () => {
          await reader.assign(assignOptions([{ topic, partition: 0 }], { groupId }))
          await eventually(reader.transport.clock, 'the records', () => reader.recordCount === 2)
          const commit = reader.membership.commit([{ topic, partition: 0, offset: 1, metadata: '' }])
          await expectRejection(commit, 'UNKNOWN_MEMBER_ID')
        })
        expectSame(member.events.filter(({ kind }) => kind === 'assigned').length, 1, 'assignments of the member')
      })
    },
  },
  {
    name: 'what cannot be read by hand is refused: no partition, one twice, one that is not there, one of an unknown topic',
    async run(harness) {
      const { member, topic, transport } = await prepared(harness, 1, 0)
      const place = { topic, partition: 0 }
      const refused = async (
        options: Parameters<RecordingMember['assign']>[0],
        ...codes: Parameters<typeof expectRejection>[1][]
      ): Promise<void> => {
        const other = new RecordingMember(transport)
        await using(other, () => expectRejection(other.assign(options), ...codes))
      }
      await refused(assignOptions([]), 'INVALID_OPTION')
      await refused(assignOptions([place, place]), 'INVALID_OPTION')
      await refused(assignOptions([{ topic, partition: 1 }]), 'PARTITION_NOT_FOUND')
      await refused(assignOptions([{ topic: `${topic}-of-nobody`, partition: 0 }]), 'UNKNOWN_TOPIC_OR_PARTITION')
      await refused(assignOptions([place], { autoOffsetReset: 'none' }), 'OFFSET_OUT_OF_RANGE')
      await using(member, async () => {
        await member.assign(assignOptions([place]))
        await expectRejection(member.assign(assignOptions([place])), 'UNSUPPORTED')
      })
    },
  },
]
