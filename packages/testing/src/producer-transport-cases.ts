import type { Headers } from '@partita/protocol'
import { bytes, producerOptions, roomyLimits, using } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { producerContentCases } from './producer-content-cases.ts'
import { producerFailureCases } from './producer-failure-cases.ts'
import { producerTransactionCases } from './producer-transaction-cases.ts'

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
  ...producerContentCases,
  ...builderCases,
  ...producerFailureCases,
  ...producerTransactionCases,
]
