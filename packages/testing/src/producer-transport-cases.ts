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
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { producerFailureCases } from './producer-failure-cases.ts'

const metadataCases: readonly ComplianceCase[] = [
  {
    name: 'the partitions of a topic are given by index, each with a leader',
    async run(harness) {
      const topic = await harness.newTopic(5)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const partitions = await producer.partitionsFor(topic)
        const indexes = partitions.map(({ partition }) => partition)
        expectSame(indexes, [0, 1, 2, 3, 4], 'the partitions')
        expectThat(
          partitions.every(({ leader }) => leader >= 0),
          'a partition of a healthy cluster has a leader',
        )
        expectSame(await producer.partitionsFor(topic, { refresh: true }), partitions, 'the partitions, asked anew')
      })
    },
  },
  {
    name: 'an unknown topic is refused as something that may come, unless the cluster creates it',
    async run(harness) {
      const topic = `${await harness.newTopic(1)}-of-nobody`
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const [outcome] = await Promise.allSettled([producer.partitionsFor(topic)])
        if (outcome.status === 'fulfilled') {
          const created = await using(transport.openAdmin(), (admin) => admin.listTopics())
          expectThat(created.includes(topic), `partitions were given of ${topic}, which is not there`)
          return
        }
        const error = await expectRejection(
          Promise.reject(outcome.reason as Error),
          'UNKNOWN_TOPIC_OR_PARTITION',
          'LEADER_NOT_AVAILABLE',
        )
        expectThat(error.retriable, 'the topic may be created a moment later')
        expectSame(error.place.topic, topic, "the error's topic")
      })
    },
  },
  {
    name: 'a name that no topic can have is refused for good',
    async run(harness) {
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const error = await expectRejection(producer.partitionsFor('no such name!'), 'INVALID_TOPIC_EXCEPTION')
        expectThat(!error.retriable, 'it will never be there')
      })
    },
  },
]

const awkwardHeaders: Headers = [
  ['first', bytes('1')],
  ['empty', bytes('')],
  ['null', null],
  ['last', bytes('4')],
  ['last', bytes('5')],
]

const contentCases: readonly ComplianceCase[] = [
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

const builderCases: readonly ComplianceCase[] = [
  {
    name: 'a batch that is full takes no more and stays as it was; its first record it always takes',
    run(harness) {
      const transport = harness.newTransport()
      return using(transport.openProducer(producerOptions(transport)), (producer) => {
        const target = { topic: 'of-no-matter', partition: 0 }
        const small = producer.openBatch(target, { maxBytes: 100, maxRecords: 10 })
        expectThat(small.append(1, null, 'x'.repeat(500), []), 'the first record is taken, whatever its size')
        const length = small.byteLength
        expectThat(length >= 500, 'its bytes count')
        expectThat(!small.append(2, null, 'y', []), 'the batch is full by bytes')
        expectSame([small.count, small.byteLength], [1, length], 'a full batch, after one more was offered')

        const few = producer.openBatch(target, { maxBytes: 10_000, maxRecords: 2 })
        const taken = [1, 2, 3].map((timestamp) => few.append(timestamp, null, 'v', []))
        expectSame(taken, [true, true, false], 'what a batch of two records took')
        return Promise.resolve()
      })
    },
  },
  {
    name: 'a sealed batch tells its place, its size and its records',
    run(harness) {
      const transport = harness.newTransport()
      return using(transport.openProducer(producerOptions(transport)), (producer) => {
        const builder = producer.openBatch({ topic: 'of-no-matter', partition: 3 }, roomyLimits)
        const headers: Headers = [['name', bytes('value')]]
        builder.append(5, 'key', bytes('value'), headers)
        builder.append(7, null, null, [])
        const sealed = builder.seal()
        expectSame([sealed.topic, sealed.partition, sealed.count], ['of-no-matter', 3, 2], 'topic, partition and count')
        const records = [...sealed.records()]
        expectSame(
          records.map(({ timestamp }) => timestamp),
          [5, 7],
          'the timestamps',
        )
        expectSame(
          records.map(({ headers: each }) => each),
          [headers, []],
          'the headers',
        )
        const texts = records.map(({ key, value }) => [asText(key), asText(value)])
        expectSame(
          texts,
          [
            ['key', 'value'],
            [null, null],
          ],
          'keys and values',
        )
        return Promise.resolve()
      })
    },
  },
]

function asText(value: Uint8Array | string | null): string | null {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value
}

/** What every {@link ProducerTransport} has to do. */
export const producerTransportCases: readonly ComplianceCase[] = [
  ...metadataCases,
  ...contentCases,
  ...builderCases,
  ...producerFailureCases,
]
