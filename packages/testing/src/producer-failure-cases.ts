import { batchOf, numbered, producerOptions, readTopic, roomyLimits, store, using, valuesOf } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'

/** Over the default of `max.message.bytes`. */
const tooMuch = 'x'.repeat(1_200_000)

const refusalCases: readonly ComplianceCase[] = [
  {
    name: 'a write to a partition that does not exist is refused, and nothing of it is stored elsewhere',
    async run(harness) {
      const topic = await harness.newTopic(2)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const write = producer.write(batchOf(producer, { topic, partition: 7 }, ['lost?']))
        const error = await expectRejection(write, 'PARTITION_NOT_FOUND', 'UNKNOWN_TOPIC_OR_PARTITION')
        expectSame([error.place.topic, error.place.partition], [topic, 7], "the error's place")
        expectThat(!error.ambiguous, 'nothing can have been stored')
        await store(producer, batchOf(producer, { topic, partition: 1 }, ['kept']), transport.clock)
      })
      const partitions = await readTopic(harness, topic, 1)
      expectSame([valuesOf(partitions.get(0)), valuesOf(partitions.get(1))], [[], ['kept']], 'the logs')
    },
  },
  {
    name: 'a batch that is too large is refused for good, and the partition goes on',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const target = { topic, partition: 0 }
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        const large = batchOf(producer, target, [tooMuch])
        const error = await expectRejection(
          store(producer, large, transport.clock),
          'MESSAGE_TOO_LARGE',
          'RECORD_TOO_LARGE',
          'RECORD_LIST_TOO_LARGE',
        )
        expectThat(!error.retriable && !error.ambiguous, 'it was not stored, and never will be')
        producer.abandon(large)
        const next = await store(producer, batchOf(producer, target, ['b']), transport.clock)
        expectSame(next.baseOffset, 1, 'the base offset of the next batch')
      })
    },
  },
  {
    name: "one partition's failure leaves the other partitions' results of the same moment untouched",
    needs: ['resultPerBatch'],
    async run(harness) {
      const topic = await harness.newTopic(3)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, { topic, partition: 1 }, ['first']), transport.clock)
        const [large, ...others] = await Promise.allSettled([
          producer.write(batchOf(producer, { topic, partition: 0 }, [tooMuch])),
          producer.write(batchOf(producer, { topic, partition: 1 }, ['second'])),
          producer.write(batchOf(producer, { topic, partition: 2 }, ['second'])),
        ])
        expectSame(large?.status, 'rejected', 'the outcome of the batch that is too large')
        const offsets = others.map((each) =>
          each.status === 'fulfilled' ? each.value.baseOffset : String(each.reason),
        )
        expectSame(offsets, [1, 0], 'the other results')
      })
    },
  },
  {
    name: 'a leader that refuses is a failure that may pass, and the same batch then succeeds',
    faults: ['refuseNextProduce'],
    async run(harness) {
      const topic = await harness.newTopic(1)
      const target = { topic, partition: 0 }
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        const batch = batchOf(producer, target, ['b', 'c'])
        harness.faults?.refuseNextProduce?.()
        const error = await expectRejection(producer.write(batch), 'NOT_LEADER_OR_FOLLOWER')
        expectThat(error.retriable, 'the same batch may be sent again')
        const { baseOffset } = await store(producer, batch, transport.clock)
        expectSame(baseOffset, 1, 'the base offset')
      })
      expectSame(valuesOf((await readTopic(harness, topic, 3)).get(0)), ['a', 'b', 'c'], 'the log')
    },
  },
]

const lostAnswerCases: readonly ComplianceCase[] = [
  {
    name: 'a lost answer is an ambiguous failure that may pass',
    faults: ['loseNextProduceAnswer'],
    async run(harness) {
      const topic = await harness.newTopic(1)
      const target = { topic, partition: 0 }
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        harness.faults?.loseNextProduceAnswer?.()
        const write = producer.write(batchOf(producer, target, ['b']))
        const error = await expectRejection(write, 'CONNECTION_FAILED', 'NETWORK_EXCEPTION', 'REQUEST_TIMEOUT')
        expectThat(error.ambiguous, 'the batch may have been stored')
        expectThat(error.retriable, 'the same batch may be sent again')
      })
    },
  },
  {
    name: 'a batch that is written again after its answer was lost is stored once',
    needs: ['idempotentWrites'],
    faults: ['loseNextProduceAnswer'],
    async run(harness) {
      const topic = await harness.newTopic(1)
      const target = { topic, partition: 0 }
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        harness.faults?.loseNextProduceAnswer?.()
        const again = await store(producer, batchOf(producer, target, numbered('b', 3)), transport.clock)
        expectThat(again.baseOffset === 1 || again.baseOffset === -1, `the base offset is ${again.baseOffset}`)
        const next = await store(producer, batchOf(producer, target, ['c']), transport.clock)
        expectSame(next.baseOffset, 4, 'the base offset of the next batch')
      })
      expectSame(valuesOf((await readTopic(harness, topic, 5)).get(0)), ['a', 'b-0', 'b-1', 'b-2', 'c'], 'the log')
    },
  },
  {
    name: 'after an ambiguous failure that was given up, the next batch is not mistaken for it',
    needs: ['idempotentWrites'],
    faults: ['loseNextProduceAnswer'],
    async run(harness) {
      const topic = await harness.newTopic(1)
      const target = { topic, partition: 0 }
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        await store(producer, batchOf(producer, target, ['a']), transport.clock)
        const givenUp = batchOf(producer, target, ['b'])
        harness.faults?.loseNextProduceAnswer?.()
        await expectRejection(producer.write(givenUp), 'CONNECTION_FAILED', 'NETWORK_EXCEPTION', 'REQUEST_TIMEOUT')
        producer.abandon(givenUp)
        const next = await store(producer, batchOf(producer, target, ['c']), transport.clock)
        expectSame(next.baseOffset, 2, 'the base offset of the next batch')
        const after = await store(producer, batchOf(producer, target, ['d']), transport.clock)
        expectSame(after.baseOffset, 3, 'the base offset of the one after')
      })
      expectSame(valuesOf((await readTopic(harness, topic, 4)).get(0)), ['a', 'b', 'c', 'd'], 'the log')
    },
  },
]

const endingCases: readonly ComplianceCase[] = [
  {
    name: 'idempotence without acks of all replicas is refused',
    async run(harness) {
      const transport = harness.newTransport()
      const open = async (): Promise<void> => {
        const options = { ...producerOptions(transport), acks: 1, enableIdempotence: true } as const
        await transport.openProducer(options).close()
      }
      await expectRejection(open(), 'INVALID_OPTION')
    },
  },
  {
    name: 'a signal that fired before the write ends it',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), async (producer) => {
        const abort = new AbortController()
        abort.abort(new Error('enough'))
        const write = producer.write(batchOf(producer, { topic, partition: 0 }, ['a']), { signal: abort.signal })
        const error = await expectRejection(write, 'ABORTED')
        expectThat(error.cause instanceof Error && error.cause.message === 'enough', 'the reason becomes the cause')
        await expectRejection(producer.partitionsFor(topic, { refresh: true, signal: abort.signal }), 'ABORTED')
      })
    },
  },
  {
    name: 'closing ends writes under way, and those that come after',
    async run(harness) {
      const topic = await harness.newTopic(1)
      const transport = harness.newTransport()
      const producer = transport.openProducer(producerOptions(transport))
      await producer.partitionsFor(topic)
      const builder = producer.openBatch({ topic, partition: 0 }, roomyLimits)
      for (const value of numbered('v', 1_000)) builder.append(1, null, value, [])
      const underWay = producer.write(builder.seal())
      const late = batchOf(producer, { topic, partition: 0 }, ['late'])
      const [outcome] = await Promise.allSettled([underWay, producer.close()])
      // It may have been quicker than the closing; it may not hang, and fail in no other way.
      if (outcome.status === 'rejected') await expectRejection(underWay, 'CLOSED')
      await expectRejection(producer.write(late), 'CLOSED')
      await expectRejection(producer.partitionsFor(topic, { refresh: true }), 'CLOSED')
      await producer.close()
    },
  },
]

/** What a {@link ProducerTransport} has to do when something goes wrong. */
export const producerFailureCases: readonly ComplianceCase[] = [...refusalCases, ...lostAnswerCases, ...endingCases]
