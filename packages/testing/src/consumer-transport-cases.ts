import { type SubscribeOptions, type TopicPartition } from '@partita/protocol'
import {
  bytes,
  delay,
  eventually,
  names,
  numbered,
  producerOptions,
  roomyLimits,
  store,
  storeValues,
  subscribeOptions,
  using,
  valuesOf,
} from './case-helpers.ts'
import type { ComplianceCase, TransportHarness } from './compliance.ts'
import { consumerGroupCases } from './consumer-group-cases.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { RecordingMember } from './recording-member.ts'

const fetchCases: readonly ComplianceCase[] = [
  {
    name: 'the first assignment names all partitions, without commits, before any record',
    async run(harness) {
      const [one, two] = [await harness.newTopic(2), await harness.newTopic(1)]
      const transport = harness.newTransport()
      await storeValues(transport, { topic: one, partition: 0 }, ['a'])
      const member = new RecordingMember(transport)
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [one, two]))
        await eventually(transport.clock, 'the record', () => member.recordCount === 1)
        const [first] = member.events
        expectThat(first?.kind === 'assigned', `the first event is ${first?.kind}`)
        const expected = [`${one}-0`, `${one}-1`, `${two}-0`].toSorted()
        expectSame(names(first.partitions), expected, 'the assignment')
        expectThat(
          first.partitions.every(({ committed }) => committed === null),
          'nothing was committed yet',
        )
        expectSame([first.epoch, member.membership.epoch], [first.epoch, first.epoch], 'the epoch')
        expectThat(first.epoch >= 0, `the epoch is ${first.epoch}`)
        expectThat(member.membership.memberId !== '', 'a member has an id')
      })
    },
  },
  {
    name: 'records come in offset order, each once, and each batch tells where the fetch goes on',
    async run(harness) {
      const topic = await harness.newTopic(2)
      const transport = harness.newTransport()
      const member = new RecordingMember(transport)
      for (const partition of [0, 1])
        await storeValues(transport, { topic, partition }, numbered(`p${partition}-old`, 30))
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [topic]))
        for (const partition of [0, 1])
          await storeValues(transport, { topic, partition }, numbered(`p${partition}-new`, 30))
        await eventually(transport.clock, '120 records', () => member.recordCount >= 120)
        for (const partition of [0, 1]) {
          const expected = [...numbered(`p${partition}-old`, 30), ...numbered(`p${partition}-new`, 30)]
          expectSame(valuesOf(member.recordsOf({ topic, partition })), expected, `partition ${partition}`)
        }
        const next = new Map<number, number>()
        for (const { partition, records, nextOffset, highWatermark } of member.batches) {
          const from = next.get(partition) ?? 0
          expectThat(
            records.every(({ offset }) => offset >= from && offset < nextOffset),
            'a record outside its batch',
          )
          expectThat(nextOffset <= highWatermark, `the fetch goes on at ${nextOffset} of ${highWatermark}`)
          next.set(partition, nextOffset)
        }
        expectSame([next.get(0), next.get(1)], [60, 60], 'where the fetches go on')
      })
    },
  },
  {
    name: 'a record that is larger than what a fetch may bring comes all the same',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const large = 'x'.repeat(300_000)
      await storeValues(transport, { topic, partition: 0 }, ['small'])
      await storeValues(transport, { topic, partition: 0 }, [large])
      await storeValues(transport, { topic, partition: 0 }, ['after'])
      const member = new RecordingMember(transport)
      await using(member, async () => {
        const limits = { maxPartitionFetchBytes: 10_000, fetchMaxBytes: 20_000 }
        await member.join(subscribeOptions(harness.newGroupId(), [topic], limits))
        await eventually(transport.clock, 'three records', () => member.recordCount >= 3)
        const lengths = valuesOf(member.recordsOf({ topic, partition: 0 })).map((value) => value?.length)
        expectSame(lengths, [5, 300_000, 5], 'the lengths of the values')
      })
    },
  },
  {
    name: 'records come with their key, headers and timestamp',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
        builder.append(1_700_000_000_000, 'key', 'value', [['name', bytes('header')]])
        await store(producer, builder.seal(), transport.clock)
      })
      const member = new RecordingMember(transport)
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [topic]))
        await eventually(transport.clock, 'the record', () => member.recordCount === 1)
        const [record] = member.recordsOf({ topic, partition: 0 })
        expectSame(
          [record?.offset, record?.timestamp, record?.key, record?.value, record?.headers],
          [0, 1_700_000_000_000, bytes('key'), bytes('value'), [['name', bytes('header')]]],
          'the record',
        )
      })
    },
  },
]

const startCases: readonly ComplianceCase[] = [
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

const flowCases: readonly ComplianceCase[] = [
  {
    name: 'a paused partition stands still while another goes on; resumed, it loses nothing and repeats nothing',
    async run(harness) {
      const { member, topic, storeMore } = await prepared(harness, 2, 10)
      const { clock } = member.transport
      const [still, moving] = [
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [topic]))
        await eventually(clock, 'the first records', () => member.recordCount === 20)
        member.membership.pause([still])
        // A fetch that was on its way before the pause brings nothing that is stored after this.
        await delay(clock, 150)
        await storeMore(0, numbered('while paused', 5))
        await storeMore(1, numbered('meanwhile', 5))
        await eventually(clock, 'the other partition', () => member.recordsOf(moving).length === 15)
        await delay(clock, 150)
        expectSame(member.recordsOf(still).length, 10, 'records of the paused partition')
        member.membership.resume([still])
        await eventually(clock, 'the rest', () => member.recordsOf(still).length >= 15)
        await storeMore(0, ['after'])
        await eventually(clock, 'what comes after', () => member.recordsOf(still).length >= 16)
        const expected = [...numbered('p0', 10), ...numbered('while paused', 5), 'after']
        expectSame(valuesOf(member.recordsOf(still)), expected, 'the partition that was paused')
      })
    },
  },
  {
    name: 'pausing from within a delivery, and resuming often, neither loses nor repeats',
    async run(harness) {
      const { member, topic } = await prepared(harness, 1, 400)
      const { clock } = member.transport
      const target = { topic, partition: 0 }
      await using(member, async () => {
        const limits = { maxPartitionFetchBytes: 2_000 }
        const deliver = member.records.bind(member)
        member.records = (batch) => {
          deliver(batch)
          member.membership.pause([target])
          clock.setTimer(1, () => member.membership.resume([target]))
        }
        await member.join(subscribeOptions(harness.newGroupId(), [topic], limits))
        await eventually(clock, '400 records', () => member.recordCount >= 400)
        await delay(clock, 20)
        expectSame(valuesOf(member.recordsOf(target)), numbered('p0', 400), 'the records')
      })
    },
  },
  {
    name: 'after a seek the next record is the one at that offset, forwards and backwards',
    async run(harness) {
      const { member, topic } = await prepared(harness, 1, 10)
      const { clock } = member.transport
      const target = { topic, partition: 0 }
      const offsets = (): number[] => member.recordsOf(target).map(({ offset }) => offset)
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [topic]))
        await eventually(clock, 'the records', () => offsets().length === 10)
        member.membership.seek(target, 8)
        await eventually(clock, 'the records from 8', () => offsets().length >= 12)
        member.membership.pause([target])
        member.membership.seek(target, 2)
        await delay(clock, 150)
        expectSame(offsets().slice(10), [8, 9], 'the offsets after the first seek, while paused')
        member.membership.resume([target])
        await eventually(clock, 'the records from 2', () => offsets().length >= 20)
        expectSame(offsets().slice(12), [2, 3, 4, 5, 6, 7, 8, 9], 'the offsets after the second seek')
      })
    },
  },
]

interface Prepared {
  readonly transport: RecordingMember['transport']
  readonly member: RecordingMember
  readonly topic: string
  storeMore(partition: number, values: readonly string[]): Promise<void>
}

/** A topic with `count` records, `p0-0` … in each partition, and a member that has not joined yet. */
async function prepared(harness: TransportHarness, partitions: number, count: number): Promise<Prepared> {
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

/** What every {@link ConsumerTransport} has to do. */
export const consumerTransportCases: readonly ComplianceCase[] = [
  ...fetchCases,
  ...startCases,
  ...flowCases,
  ...consumerGroupCases,
]
