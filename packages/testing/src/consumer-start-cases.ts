import type { SubscribeOptions } from '@partita/protocol'
import { delay, eventually, subscribeOptions, using, valuesOf } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { prepared } from './prepared-member.ts'
import { RecordingMember } from './recording-member.ts'

/** Where a {@link ConsumerTransport} has to begin, and what it has to refuse. */
export const consumerStartCases: readonly ComplianceCase[] = [
  {
    name: 'without a commit, `latest` begins with what comes after the assignment',
    async run(harness) {
      const { member, topic, storeMore } = await prepared(harness, 1, 5)
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [topic], { autoOffsetReset: 'latest' }))
        await storeMore(0, ['new'])
        await eventually(member.transport.clock, 'the new record', () => member.recordCount > 0)
        expectSame(valuesOf(member.recordsOf({ topic, partition: 0 })), ['new'], 'the records')
      })
    },
  },
  {
    name: 'without a commit, `none` ends the subscription and names the partition',
    async run(harness) {
      const { member, topic } = await prepared(harness, 1, 1)
      await using(member, async () => {
        const joining = member.join(subscribeOptions(harness.newGroupId(), [topic], { autoOffsetReset: 'none' }))
        const [outcome] = await Promise.allSettled([joining])
        if (outcome.status === 'fulfilled') {
          await eventually(member.transport.clock, 'the failure', () => member.failure !== undefined)
        }
        const error = outcome.status === 'rejected' ? (outcome.reason as Error) : member.failure
        expectThat(
          error?.message.includes(`${topic}-0`) === true,
          `the error does not name the partition: ${error?.message}`,
        )
        expectSame(member.recordCount, 0, 'records delivered')
      })
    },
  },
  {
    name: 'a commit comes back at the next assignment, text and all, and fetching begins there',
    async run(harness) {
      const { member, topic } = await prepared(harness, 2, 10)
      const groupId = harness.newGroupId()
      const text = '{"left":"naïve – 日本"}'
      await using(member, async () => {
        await member.join(subscribeOptions(groupId, [topic]))
        await member.membership.commit([])
        await member.membership.commit([{ topic, partition: 0, offset: 7, metadata: text }])
        await member.membership.commit([{ topic, partition: 1, offset: 3, metadata: '' }])
        await member.membership.commit([{ topic, partition: 1, offset: 10, metadata: '' }])
      })
      const next = new RecordingMember(harness.newTransport())
      await using(next, async () => {
        await next.join(subscribeOptions(groupId, [topic], { autoOffsetReset: 'none' }))
        await eventually(next.transport.clock, 'the records from there', () => next.recordCount >= 3)
        const commits = next.assignment.toSorted((a, b) => a.partition - b.partition).map(({ committed }) => committed)
        const expected = [
          { offset: 7, metadata: next.transport.guarantees.commitMetadata === true ? text : commits[0]?.metadata },
          { offset: 10, metadata: '' },
        ]
        expectSame(commits, expected, 'the commits')
        await delay(next.transport.clock, 50)
        expectSame(
          next.recordsOf({ topic, partition: 0 }).map(({ offset }) => offset),
          [7, 8, 9],
          'partition 0',
        )
        expectSame(next.recordsOf({ topic, partition: 1 }).length, 0, 'records of partition 1')
      })
    },
  },
  {
    name: 'an unknown topic is refused soon, and not created',
    async run(harness) {
      const topic = `${await harness.newTopic(1)}-of-nobody`
      const member = new RecordingMember(harness.newTransport())
      await using(member, async () => {
        const joining = member.join(subscribeOptions(harness.newGroupId(), [topic]))
        const error = await expectRejection(joining, 'UNKNOWN_TOPIC_OR_PARTITION')
        expectThat(error.message.includes(topic), 'the error names the topic')
      })
      const topics = await using(harness.newTransport().openAdmin(), (admin) => admin.listTopics())
      expectThat(!topics.includes(topic), 'a consumer creates no topics')
    },
  },
  {
    name: 'what cannot be a subscription is refused: no group, no topic, a second one, an aborted one',
    async run(harness) {
      const { member, topic, transport } = await prepared(harness, 1, 0)
      const group = harness.newGroupId()
      const refused = async (
        options: SubscribeOptions,
        ...codes: Parameters<typeof expectRejection>[1][]
      ): Promise<void> => {
        const other = new RecordingMember(transport)
        await using(other, () => expectRejection(other.join(options), ...codes))
      }
      await refused(subscribeOptions('', [topic]), 'INVALID_OPTION', 'INVALID_GROUP_ID')
      await refused(subscribeOptions(group, []), 'INVALID_OPTION')
      await refused(subscribeOptions(group, ['no such name!']), 'INVALID_TOPIC_EXCEPTION')
      const abort = new AbortController()
      abort.abort()
      await refused(subscribeOptions(group, [topic], { signal: abort.signal }), 'ABORTED')
      await using(member, async () => {
        await member.join(subscribeOptions(group, [topic]))
        await expectRejection(member.join(subscribeOptions(group, [topic])), 'UNSUPPORTED')
      })
    },
  },
]
