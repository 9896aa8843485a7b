import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
  listTransactionsApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import { createVirtualClock } from '@partita/testing'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { batchOf, code, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { transactional } from './transactional-client.ts'

function broker(): MemoryBroker {
  return createBroker({ topics: { t: 3 } })
}

const valuesIn = async (here: MemoryBroker, partition = 0): Promise<(string | null)[]> =>
  (await here.log('t', partition)).map(({ value }) => text(value))

describe('InitProducerId', () => {
  test.each([0, 1, 2, 3, 4, 5])('v%i gives a transactional id its next epoch', async (version) => {
    await using here = broker()
    const client = connectClient(here)
    const init = () => client.call(initProducerIdApi, version, { transactionalId: 'tx', transactionTimeoutMs: 1_000 })
    expect(await init()).toMatchObject({ errorCode: 0, producerId: 1, producerEpoch: 0 })
    expect(await init()).toMatchObject({ errorCode: 0, producerId: 1, producerEpoch: 1 })
  })

  test('refuses a timeout over transaction.max.timeout.ms, an empty id, and half of what a producer was', async () => {
    await using here = createBroker({ configs: { 'transaction.max.timeout.ms': 500 } })
    const client = connectClient(here)
    const init = async (transactionalId: string, transactionTimeoutMs: number, was: object = {}) => {
      const request = { transactionalId, transactionTimeoutMs, ...was }
      return (await client.call(initProducerIdApi, 4, request)).errorCode
    }
    expect(await init('tx', 501)).toBe(code('INVALID_TRANSACTION_TIMEOUT'))
    expect(await init('', 500)).toBe(code('INVALID_REQUEST'))
    expect(await init('tx', 500, { producerId: 1 })).toBe(code('INVALID_REQUEST'))
    expect(await init('tx', 500)).toBe(0)
  })

  test('tells a fenced producer so by the name that its version knows', async () => {
    await using here = broker()
    const client = connectClient(here)
    const { producerId, producerEpoch } = await transactional(client)
    await transactional(client)
    const request = { transactionalId: 'tx', transactionTimeoutMs: 1_000, producerId, producerEpoch }
    expect((await client.call(initProducerIdApi, 3, request)).errorCode).toBe(code('INVALID_PRODUCER_EPOCH'))
    expect((await client.call(initProducerIdApi, 4, request)).errorCode).toBe(code('PRODUCER_FENCED'))
  })
})

test.each([0, 1, 2, 3])(
  'AddPartitionsToTxn v%i and the APIs beside it carry a transaction to its end',
  async (version) => {
    await using here = broker()
    const client = connectClient(here)
    const { producerId, producerEpoch } = await transactional(client)
    const producer = { transactionalId: 'tx', producerId, producerEpoch }
    const partitions = await client.call(addPartitionsToTxnApi, version, {
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 't', partitions: [0, 1] }],
    })
    expect(partitions.resultsByTopicV3AndBelow).toEqual([
      { name: 't', resultsByPartition: [0, 1].map((partitionIndex) => ({ partitionIndex, partitionErrorCode: 0 })) },
    ])
    expect((await client.call(addOffsetsToTxnApi, version, { ...producer, groupId: 'g' })).errorCode).toBe(0)
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }] }]
    const staged = await client.call(txnOffsetCommitApi, version, { ...producer, groupId: 'g', topics })
    expect(staged.topics[0]!.partitions).toEqual([{ partitionIndex: 0, errorCode: 0 }])
    expect((await client.call(endTxnApi, version, { ...producer, committed: true })).errorCode).toBe(0)
    expect(here.group('g')!.offsets).toEqual([{ topic: 't', partition: 0, offset: 5, metadata: 'm' }])
  },
)

describe('a producer that is fenced', () => {
  test('is told so by the name that its versions know', async () => {
    await using here = broker()
    const client = connectClient(here)
    const old = await transactional(client)
    await transactional(client)
    const [before, since] = [code('INVALID_PRODUCER_EPOCH'), code('PRODUCER_FENCED')]
    expect([await old.addGroup('g', 1), await old.addGroup('g', 2)]).toEqual([before, since])
    expect([await old.end(true, 1), await old.end(true, 2)]).toEqual([before, since])
    const add = async (version: number) => {
      const answer = await client.call(addPartitionsToTxnApi, version, {
        v3AndBelowTransactionalId: 'tx',
        v3AndBelowProducerId: old.producerId,
        v3AndBelowProducerEpoch: old.producerEpoch,
        v3AndBelowTopics: [{ name: 't', partitions: [0] }],
      })
      return answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode
    }
    expect([await add(1), await add(2)]).toEqual([before, since])
    expect(await old.write(0, 'late')).toBe(before)
    expect(await old.stage('g', 1)).toBe(before)
    expect(await valuesIn(here)).toEqual([])
  })

  test('has its open transaction aborted, also in the partitions, where its retries are refused', async () => {
    await using here = broker()
    const client = connectClient(here)
    const old = await transactional(client)
    await old.add(0)
    await old.write(0, 'a')
    const next = await transactional(client)
    expect([old.producerEpoch, next.producerEpoch]).toEqual([0, 2])
    expect(await old.write(0, 'b')).toBe(code('INVALID_PRODUCER_EPOCH'))
    await next.add(0)
    expect(await next.write(0, 'c')).toBe(0)
    expect(await next.end(true)).toBe(0)
    expect((await fetchFrom(client, 't', [0], { isolationLevel: 1 }))[0]).toMatchObject({
      lastStableOffset: 4,
      abortedTransactions: [{ producerId: old.producerId, firstOffset: 0 }],
    })
  })

  test('by the timeout finds its transaction aborted', async () => {
    const clock = createVirtualClock()
    await using here = createBroker({ topics: { t: 3 }, clock })
    const client = connectClient(here)
    let ended: number | undefined
    let written: number | undefined
    async function run(): Promise<void> {
      const producer = await transactional(client, 'tx', 500, clock.now())
      await producer.add(0)
      await producer.write(0, 'a')
      await new Promise<void>((resolve) => clock.setTimer(500, resolve))
      written = await producer.write(0, 'b')
      ended = await producer.end(true)
    }
    void run()
    await clock.advance(500)
    expect([written, ended]).toEqual([code('INVALID_PRODUCER_EPOCH'), code('PRODUCER_FENCED')])
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('AddPartitionsToTxn', () => {
  test('adds all partitions, or none where one does not exist or is refused by a rule', async () => {
    await using here = broker()
    const client = connectClient(here)
    const { producerId, producerEpoch } = await transactional(client)
    const add = async (partitions: number[]) => {
      const answer = await client.call(addPartitionsToTxnApi, 3, {
        v3AndBelowTransactionalId: 'tx',
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: 't', partitions }],
      })
      return answer.resultsByTopicV3AndBelow[0]!.resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode)
    }
    const notAttempted = code('OPERATION_NOT_ATTEMPTED')
    expect(await add([0, 9])).toEqual([notAttempted, code('UNKNOWN_TOPIC_OR_PARTITION')])
    here.control.on({ api: 'AddPartitionsToTxn', topic: 't', partition: 1 }).fail('CONCURRENT_TRANSACTIONS')
    expect(await add([0, 1])).toEqual([notAttempted, code('CONCURRENT_TRANSACTIONS')])
    const { transactionStates } = await client.call(listTransactionsApi, 0, { stateFilters: [], producerIdFilters: [] })
    expect(transactionStates).toEqual([{ transactionalId: 'tx', producerId, transactionState: 'Empty' }])
    expect(await add([0, 1])).toEqual([0, 0])
  })
})

describe('a transactional Produce', () => {
  test('is refused for a partition that was not added, by the name that its version knows', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.add(1)
    const { producerId, producerEpoch } = producer
    const batch = batchOf(['a'], { producerId, producerEpoch, baseSequence: 0, transactional: true })
    const write = async (partition: number, version: number, transactionalId: string | null = 'tx') =>
      (await produceTo(client, 't', partition, batch, { version, transactionalId })).errorCode
    expect(await write(0, 10)).toBe(code('INVALID_TXN_STATE'))
    expect(await write(0, 11)).toBe(code('TRANSACTION_ABORTABLE'))
    expect(await write(1, 11, null)).toBe(code('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
    expect(await write(1, 11, 'other')).toBe(code('INVALID_PRODUCER_ID_MAPPING'))
    expect(await write(1, 11)).toBe(0)
  })

  test('that is sent again is recognized, and sequences go on from one transaction to the next', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    const { producerId, producerEpoch } = producer
    await producer.add(0)
    await producer.write(0, 'a', 'b')
    await producer.end(true)
    await producer.add(0)
    expect(await producer.write(0, 'c')).toBe(0)
    const again = batchOf(['c'], { producerId, producerEpoch, baseSequence: 2, transactional: true })
    expect(await produceTo(client, 't', 0, again, { transactionalId: 'tx' })).toMatchObject({
      errorCode: 0,
      baseOffset: 3,
    })
    await producer.end(true)
    expect(await valuesIn(here)).toEqual(['a', 'b', 'c'])
  })

  test('may not be mixed with records outside of the transaction', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    const { producerId, producerEpoch } = producer
    await producer.add(0)
    await producer.write(0, 'a')
    const outside = batchOf(['b'], { producerId, producerEpoch, baseSequence: 1 })
    expect((await produceTo(client, 't', 0, outside)).errorCode).toBe(code('INVALID_TXN_STATE'))
    await producer.end(true)
    expect((await produceTo(client, 't', 0, outside)).errorCode).toBe(0)
  })

  test('begins with sequence 0 where a marker brought the epoch', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.add(0)
    await producer.end(false)
    const { producerId, producerEpoch } = producer
    await producer.add(0)
    const late = batchOf(['x'], { producerId, producerEpoch, baseSequence: 4, transactional: true })
    expect((await produceTo(client, 't', 0, late, { transactionalId: 'tx' })).errorCode).toBe(
      code('OUT_OF_ORDER_SEQUENCE_NUMBER'),
    )
    expect(await producer.write(0, 'a')).toBe(0)
  })
})

describe('a topic that is deleted', () => {
  test('goes out of open transactions, with what was to be committed for it', async () => {
    await using here = createBroker({ topics: { t: 1 } })
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.add(0)
    await producer.write(0, 'a')
    await producer.addGroup('g')
    await producer.stage('g', 1)
    here.deleteTopic('t')
    here.createTopic('t', 1)
    expect(await producer.write(0, 'b')).toBe(code('INVALID_TXN_STATE'))
    expect(await producer.end(true)).toBe(0)
    expect((await fetchFrom(client, 't', [0], { isolationLevel: 1 }))[0]).toMatchObject({ highWatermark: 0 })
    expect(here.groups()).toEqual([])
  })
})

test('a broker that closes forgets open transactions, and leaves no timer behind', async () => {
  const clock = createVirtualClock()
  const here = createBroker({ topics: { t: 1 }, clock })
  void transactional(connectClient(here)).then((producer) => producer.add(0))
  await clock.settle()
  expect(clock.pendingTimers).toBe(1)
  await here.close()
  expect(clock.pendingTimers).toBe(0)
})

test('CONCURRENT_TRANSACTIONS comes where a rule says so, and nothing is done then', async () => {
  await using here = broker()
  const client = connectClient(here)
  const producer = await transactional(client)
  await producer.add(0)
  here.control.on({ api: 'EndTxn' }).fail('CONCURRENT_TRANSACTIONS')
  here.control.on({ api: 'AddOffsetsToTxn' }).fail('CONCURRENT_TRANSACTIONS')
  expect(await producer.end(true)).toBe(code('CONCURRENT_TRANSACTIONS'))
  expect(await producer.addGroup('g')).toBe(code('CONCURRENT_TRANSACTIONS'))
  expect(await producer.end(false)).toBe(0)
})
