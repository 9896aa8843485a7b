import type { Headers } from '@partita/protocol'
import {
  batchOf,
  bytes,
  numbered,
  producerOptions,
  readTopic,
  roomyLimits,
  store,
  storeValues,
  using,
  valuesOf,
} from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectSame } from './expect.ts'

const awkwardHeaders: Headers = [
  ['first', bytes('1')],
  ['empty', bytes('')],
  ['null', null],
  ['last', bytes('4')],
  ['last', bytes('5')],
]

/** What a {@link ProducerTransport} has to bring into the log, and to tell of it. */
export const producerContentCases: readonly ComplianceCase[] = [
  {
    name: 'offsets follow one another without a gap, batch after batch',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const target = { topic, partition: 0 }
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const first = await store(producer, batchOf(producer, target, numbered('a', 3)), transport.clock)
        const second = await store(producer, batchOf(producer, target, numbered('b', 1)), transport.clock)
        const third = await store(producer, batchOf(producer, target, numbered('c', 2)), transport.clock)
        expectSame(
          [first, second, third].map(({ baseOffset }) => baseOffset),
          [0, 3, 4],
          'the base offsets',
        )
        expectSame(first.logAppendTime, -1, 'the append time on a topic with times of creation')
      })
      const records = (await readTopic(harness, topic, 6)).get(0)
      expectSame(valuesOf(records), ['a-0', 'a-1', 'a-2', 'b-0', 'c-0', 'c-1'], 'the log')
    },
  },
  {
    name: 'batches of several partitions that are written at once get their own results',
    async run(harness) {
      const topic = await harness.newTopic(4)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        for (const round of [0, 1]) {
          const results = await Promise.all(
            [0, 1, 2, 3].map((partition) => {
              const values = numbered(`p${partition}-r${round}`, partition + 1)
              return store(producer, batchOf(producer, { topic, partition }, values), transport.clock)
            }),
          )
          const expected = [0, 1, 2, 3].map((partition) => round * (partition + 1))
          expectSame(
            results.map(({ baseOffset }) => baseOffset),
            expected,
            `the base offsets of round ${round}`,
          )
        }
      })
      const partitions = await readTopic(harness, topic, 20)
      expectSame(valuesOf(partitions.get(1)), ['p1-r0-0', 'p1-r0-1', 'p1-r1-0', 'p1-r1-1'], 'partition 1')
    },
  },
  {
    name: 'keys, values and timestamps come back as they were: text as UTF-8, bytes, empty ones and nulls',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const binary = Uint8Array.from([0, 255, 128, 10, 13])
      const stamps = [1_700_000_000_123, 1_700_000_000_000, 999, 1_699_999_999_999, 1]
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
        builder.append(stamps[0]!, 'Schlüssel', 'naïve – 日本 🎵', [])
        builder.append(stamps[1]!, null, null, [])
        builder.append(stamps[2]!, '', '', [])
        builder.append(stamps[3]!, binary, binary, [])
        builder.append(stamps[4]!, bytes(''), null, [])
        await store(producer, builder.seal(), transport.clock)
      })
      const records = (await readTopic(harness, topic, 5)).get(0) ?? []
      const pairs = records.map(({ key, value }) => [key, value])
      const expected = [
        [bytes('Schlüssel'), bytes('naïve – 日本 🎵')],
        [null, null],
        [bytes(''), bytes('')],
        [binary, binary],
        [bytes(''), null],
      ]
      expectSame(pairs, expected, 'keys and values')
      expectSame(
        records.map(({ timestamp }) => timestamp),
        stamps,
        'timestamps',
      )
    },
  },
  {
    name: 'headers come back: empty and null values, and a name that is there twice',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
        builder.append(1, null, 'with', awkwardHeaders)
        builder.append(2, null, 'without', [])
        await store(producer, builder.seal(), transport.clock)
      })
      const records = (await readTopic(harness, topic, 2)).get(0) ?? []
      expectSame(
        records.map(({ headers }) => headers),
        [awkwardHeaders, []],
        'the headers',
      )
    },
  },
  {
    name: 'headers keep their order also where names alternate or look like numbers',
    needs: ['orderedHeaders'],
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const headers: Headers = [
        ['b', bytes('1')],
        ['10', bytes('2')],
        ['a', bytes('3')],
        ['b', bytes('4')],
        ['9', null],
      ]
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
        builder.append(1, null, null, headers)
        await store(producer, builder.seal(), transport.clock)
      })
      const records = (await readTopic(harness, topic, 1)).get(0) ?? []
      expectSame(records[0]?.headers, headers, 'the headers')
    },
  },
  {
    name: 'what was appended is not changed by changing the bytes afterwards',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const scratch = bytes('before')
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
        builder.append(1, scratch, scratch, [])
        scratch.set(bytes('after!'))
        await store(producer, builder.seal(), transport.clock)
      })
      const record = (await readTopic(harness, topic, 1)).get(0)?.[0]
      expectSame([record?.key, record?.value], [bytes('before'), bytes('before')], 'key and value')
    },
  },
  {
    name: 'a batch that is compressed with gzip comes back record for record',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const values = numbered('much the same text again and again', 200)
      await using(transport.openProducer(producerOptions(transport, { compressionType: 'gzip' })), (producer) =>
        store(producer, batchOf(producer, { topic, partition: 0 }, values), transport.clock),
      )
      expectSame(valuesOf((await readTopic(harness, topic, 200)).get(0)), values, 'the values')
    },
  },
  {
    name: 'with acks 0 no offset is known, and the records are stored all the same',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const target = { topic, partition: 0 }
      await storeValues(transport, target, ['a'])
      await using(transport.openProducer(producerOptions(transport, { acks: 0 })), async (producer) => {
        const result = await store(producer, batchOf(producer, target, ['b']), transport.clock)
        expectSame(result.baseOffset, -1, 'the base offset')
        expectSame(valuesOf((await readTopic(harness, topic, 2)).get(0)), ['a', 'b'], 'the log')
      })
    },
  },
  {
    name: 'with acks 1 the leader gives the offset',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const target = { topic, partition: 0 }
      await using(transport.openProducer(producerOptions(transport, { acks: 1 })), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        const result = await store(producer, batchOf(producer, target, ['b']), transport.clock)
        expectSame(result.baseOffset, 1, 'the base offset')
      })
    },
  },
]
