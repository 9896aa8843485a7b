import { createVirtualClock } from '@partita/testing'
import { describeProducersApi, describeTransactionsApi, listTransactionsApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, code, connectClient } from './api-client.ts'
import { transactional } from './transactional-client.ts'

function broker(): MemoryBroker {
  return createBroker({ topics: { t: 3 } })
}

describe('transactions are', () => {
  const list = async (client: ApiClient, version: number, filters: object) => {
    const request = { stateFilters: [], producerIdFilters: [], ...filters }
    const { transactionStates, unknownStateFilters } = await client.call(listTransactionsApi, version, request)
    return [...transactionStates.map(({ transactionalId }) => transactionalId), ...unknownStateFilters]
  }

  test('listed, by state, producer and duration', async () => {
    const clock = createVirtualClock()
    await using here = createBroker({ topics: { t: 3 }, clock })
    const client = connectClient(here)
    const answers: string[][] = []
    async function run(): Promise<void> {
      await transactional(client, 'idle')
      const open = await transactional(client, 'open')
      await open.add(0)
      await new Promise<void>((resolve) => clock.setTimer(100, resolve))
      answers.push(await list(client, 0, {}))
      answers.push(await list(client, 0, { stateFilters: ['Ongoing'] }))
      answers.push(await list(client, 0, { stateFilters: ['Nonsense'] }))
      answers.push(await list(client, 0, { producerIdFilters: [open.producerId] }))
      answers.push(await list(client, 1, { stateFilters: ['Ongoing'], durationFilter: 99 }))
      answers.push(await list(client, 1, { stateFilters: ['Ongoing'], durationFilter: 100 }))
    }
    void run()
    await clock.advance(100)
    expect(answers).toEqual([['idle', 'open'], ['open'], ['Nonsense'], ['open'], ['open'], []])
  })

  test('described, with the partitions that they have added', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client, 'tx', 5_000)
    const describeIt = async (id: string) =>
      (await client.call(describeTransactionsApi, 0, { transactionalIds: [id] })).transactionStates[0]
    expect(await describeIt('tx')).toMatchObject({ transactionState: 'Empty', transactionStartTimeMs: -1, topics: [] })
    await producer.add(2, 0)
    expect(await describeIt('tx')).toMatchObject({
      errorCode: 0,
      transactionState: 'Ongoing',
      transactionTimeoutMs: 5_000,
      producerId: producer.producerId,
      producerEpoch: 0,
      topics: [{ topic: 't', partitions: [2, 0] }],
    })
    await producer.end(false)
    const over = await describeIt('tx')
    expect(over).toMatchObject({ transactionState: 'CompleteAbort', topics: [] })
    expect(over!.transactionStartTimeMs).toBeGreaterThan(0)
    await transactional(client, 'tx')
    expect(await describeIt('tx')).toMatchObject({ transactionState: 'Empty', transactionStartTimeMs: -1 })
    expect(await describeIt('x')).toMatchObject({ errorCode: code('TRANSACTIONAL_ID_NOT_FOUND') })
  })

  test('seen in their partitions, with the producers', async () => {
    await using here = broker()
    const client = connectClient(here)
    const producer = await transactional(client)
    await producer.add(0)
    await producer.write(0, 'a', 'b')
    const producers = async (partition: number) => {
      const topics = [{ name: 't', partitionIndexes: [partition] }]
      return (await client.call(describeProducersApi, 0, { topics })).topics[0]!.partitions[0]!
    }
    const { producerId } = producer
    const open = { producerId, producerEpoch: 0, lastSequence: 1, coordinatorEpoch: -1, currentTxnStartOffset: 0 }
    expect((await producers(0)).activeProducers).toMatchObject([open])
    await producer.end(true)
    expect((await producers(0)).activeProducers).toMatchObject([
      { ...open, coordinatorEpoch: 0, currentTxnStartOffset: -1 },
    ])
    expect(await producers(1)).toMatchObject({ errorCode: 0, activeProducers: [] })
    expect(await producers(9)).toMatchObject({ errorCode: code('UNKNOWN_TOPIC_OR_PARTITION') })
  })
})
