import {
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
  offsetFetchApi,
  produceApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import { expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, fetchFrom, produceTo } from './api-client.ts'
import { committedValues } from './transactional-client.ts'

/** A producer as Java's is with `transaction.version` 2: it names no partitions, and has another epoch in each transaction. */
class Producer {
  readonly #client: ApiClient
  producerId = -1
  producerEpoch = -1
  #sequence = 0

  constructor(client: ApiClient) {
    this.#client = client
  }

  async init(): Promise<this> {
    const request = { transactionalId: 'tx', transactionTimeoutMs: 60_000 }
    this.#become(await this.#client.call(initProducerIdApi, 5, request))
    return this
  }

  async write(value: string, version = 12): Promise<number> {
    const { producerId, producerEpoch } = this
    const batch = batchOf([value], { producerId, producerEpoch, baseSequence: this.#sequence, transactional: true })
    const { errorCode } = await produceTo(this.#client, 't', 0, batch, { version, transactionalId: 'tx' })
    if (errorCode === 0) this.#sequence += 1
    return errorCode
  }

  async commit(offset: number, version = 5): Promise<number> {
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }] }]
    const request = { ...this.#identity, groupId: 'g', memberId: '', topics }
    return (await this.#client.call(txnOffsetCommitApi, version, request)).topics[0]!.partitions[0]!.errorCode
  }

  async end(committed: boolean): Promise<number> {
    const answer = await this.#client.call(endTxnApi, 5, { ...this.#identity, committed })
    if (answer.errorCode === 0) this.#become(answer)
    return answer.errorCode
  }

  get #identity() {
    return { transactionalId: 'tx', producerId: this.producerId, producerEpoch: this.producerEpoch }
  }

  #become({ producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number }): void {
    if (producerEpoch !== this.producerEpoch) this.#sequence = 0
    this.producerId = producerId
    this.producerEpoch = producerEpoch
  }
}

async function started(): Promise<{ here: MemoryBroker; client: ApiClient; producer: Producer }> {
  const here = createBroker({ topics: { t: 2 } })
  const client = connectClient(here)
  return { here, client, producer: await new Producer(client).init() }
}

const read = async (client: ApiClient): Promise<(string | null)[]> =>
  committedValues((await fetchFrom(client, 't', [0], { isolationLevel: 1 }))[0]!)

test('partitions and groups join a transaction by being written to, and each transaction has an epoch', async () => {
  const { here, client, producer } = await started()
  expect([await producer.write('a'), await producer.commit(7), await producer.end(true)]).toEqual([0, 0, 0])
  expect(producer.producerEpoch).toBe(1)
  expect([await producer.write('b'), await producer.end(false)]).toEqual([0, 0])
  expect([await producer.write('c', 12), await producer.write('d'), await producer.end(true)]).toEqual([0, 0, 0])
  expect([await read(client), producer.producerEpoch]).toEqual([['a', 'c', 'd'], 3])
  expect(here.group('g')!.offsets).toMatchObject([{ topic: 't', partition: 0, offset: 7 }])
  await here.close()
})

test('what is late from an earlier transaction is refused, also by a partition that was not asked before', async () => {
  const { here, client, producer } = await started()
  await producer.write('a')
  const { producerId, producerEpoch } = producer
  await producer.end(true)
  const late = batchOf(['late'], { producerId, producerEpoch, baseSequence: 1, transactional: true })
  for (const partition of [0, 1]) {
    const { errorCode } = await produceTo(client, 't', partition, late, { version: 12, transactionalId: 'tx' })
    expect(errorCode).toBe(code('INVALID_PRODUCER_EPOCH'))
  }
  expect(await read(client)).toEqual(['a'])
  await here.close()
})

test('older versions of the same requests add nothing by themselves', async () => {
  const { here, producer } = await started()
  expect(await producer.write('a', 11)).toBe(code('TRANSACTION_ABORTABLE'))
  expect(await producer.write('a', 10)).toBe(code('INVALID_TXN_STATE'))
  expect(await producer.commit(1, 4)).toBe(code('TRANSACTION_ABORTABLE'))
  await here.close()
})

test('a transaction that has only offsets ends too, and a reader waits for them until then', async () => {
  const { here, client, producer } = await started()
  await producer.commit(3)
  const fetch = async () => {
    const groups = [{ groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] }]
    const answer = await client.call(offsetFetchApi, 9, { groups, requireStable: true })
    return answer.groups[0]!.topics[0]!.partitions[0]!
  }
  expect((await fetch()).errorCode).toBe(code('UNSTABLE_OFFSET_COMMIT'))
  expect(await producer.end(true)).toBe(0)
  expect(await fetch()).toMatchObject({ errorCode: 0, committedOffset: 3 })
  await here.close()
})

test('AddPartitionsToTxn v4 and v5 add for many transactions, or tell whether that was done', async () => {
  const { here, client, producer } = await started()
  const { producerId, producerEpoch } = producer
  const ask = async (version: number, verifyOnly: boolean, partitions: number[], transactionalId = 'tx') => {
    const one = { transactionalId, producerId, producerEpoch, verifyOnly, topics: [{ name: 't', partitions }] }
    const answer = await client.call(addPartitionsToTxnApi, version, { transactions: [one, one] })
    expect(answer.resultsByTransaction.map((each) => each.transactionalId)).toEqual([transactionalId, transactionalId])
    const { resultsByPartition } = answer.resultsByTransaction[1]!.topicResults[0]!
    return resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode)
  }
  expect(await ask(5, true, [0])).toEqual([code('TRANSACTION_ABORTABLE')])
  expect(await ask(4, true, [0])).toEqual([code('INVALID_TXN_STATE')])
  expect(await ask(5, false, [0, 9])).toEqual([code('OPERATION_NOT_ATTEMPTED'), code('UNKNOWN_TOPIC_OR_PARTITION')])
  expect(await ask(4, false, [0])).toEqual([0])
  expect(await ask(5, true, [0, 1])).toEqual([0, code('TRANSACTION_ABORTABLE')])
  expect(await ask(5, true, [0], 'other')).toEqual([code('INVALID_PRODUCER_ID_MAPPING')])
  await here.close()
})

test('without acks a produce that is refused closes the connection', async () => {
  const { here, client, producer } = await started()
  const { producerId } = producer
  const records = batchOf(['a'], { producerId, producerEpoch: 7, baseSequence: 0, transactional: true })
  const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
  const request = { transactionalId: 'tx', acks: 0, timeoutMs: 0, topicData }
  void client.call(produceApi, 12, request)
  await new Promise((resolve) => setImmediate(resolve))
  expect(client.isClosed).toBe(true)
  await here.close()
})
