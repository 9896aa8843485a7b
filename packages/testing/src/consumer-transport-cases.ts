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
import type { ComplianceCase } from './compliance.ts'
import { consumerAssignCases } from './consumer-assign-cases.ts'
import { consumerGroupCases } from './consumer-group-cases.ts'
import { consumerProtocolCases } from './consumer-protocol-cases.ts'
import { consumerStartCases } from './consumer-start-cases.ts'
import { expectSame, expectThat } from './expect.ts'
import { prepared } from './prepared-member.ts'
import { RecordingMember } from './recording-member.ts'

const fetchCases: readonly ComplianceCase[] = [
  {
    name: 'assignments name all partitions, without commits, each before its records',
    async run(harness) {
      const [one, two] = [await harness.newTopic(2), await harness.newTopic(1)]
      const transport = harness.newTransport()
      await storeValues(transport, { topic: one, partition: 0 }, ['a'])
      const member = new RecordingMember(transport)
      await using(member, async () => {
        await member.join(subscribeOptions(harness.newGroupId(), [one, two]))
        // A coordinator that shares out by itself (KIP-848) may not know of a topic yet that was just made.
        const isThere = (): boolean => member.recordCount === 1 && member.assignment.length === 3
        await eventually(transport.clock, 'all partitions and the record', isThere)
        const [first] = member.events
        expectThat(first?.kind === 'assigned', `the first event is ${first?.kind}`)
        const expected = [`${one}-0`, `${one}-1`, `${two}-0`].toSorted()
        expectSame(names(member.assignment), expected, 'the assignment')
        expectThat(
          member.assignment.every(({ committed }) => committed === null),
          'nothing was committed yet',
        )
        expectThat(
          member.membership.epoch >= first.epoch,
          `the epoch went from ${first.epoch} to ${member.membership.epoch}`,
        )
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

/** What every {@link ConsumerTransport} has to do. */
export const consumerTransportCases: readonly ComplianceCase[] = [
  ...fetchCases,
  ...consumerStartCases,
  ...flowCases,
  ...consumerGroupCases,
  ...consumerProtocolCases,
  ...consumerAssignCases,
]
