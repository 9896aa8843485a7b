import { describe, expect, it } from 'vitest'
import { type KafkaErrorName, kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import type { Api } from '@partita/wire'
import type { Cluster, RequestOptions } from '../../src/cluster/cluster.ts'
import { createProducerSession } from '../../src/producer/producer-session.ts'

const target = { topic: 'orders', partition: 0 }
const group = { groupId: 'billing', generationId: 3, memberId: 'm' }

type Answer = KafkaErrorName | PartitaError

const lost = (): PartitaError =>
  new PartitaError('CONNECTION_FAILED', 'The connection broke.', { retriable: true, ambiguous: true })

/** A producer session whose brokers answer as told: by API, one after the other, then `NONE`. */
function session({ level = 0, answers = {} }: { level?: number; answers?: Record<string, Answer[]> } = {}) {
  const clock = createVirtualClock()
  /** `EndTxn/4 commit`: what was asked, in which version. */
  const asked: string[] = []
  let epoch = -1
  let offset = 0
  function respond(api: Api, version: number, body: Record<string, unknown>): unknown {
    const suffix = 'committed' in body ? (body['committed'] === true ? ' commit' : ' abort') : ''
    asked.push(`${api.name}/${version}${suffix}`)
    const answer = answers[api.name]?.shift() ?? 'NONE'
    if (typeof answer !== 'string') throw answer
    const errorCode = kafkaErrorCodes[answer]
    const done = errorCode === 0
    if (api.name === 'InitProducerId') return { errorCode, producerId: 7, producerEpoch: done ? ++epoch : -1 }
    if (api.name === 'EndTxn') {
      const bumps = done && version >= 5
      return { errorCode, producerId: bumps ? 7 : -1, producerEpoch: bumps ? ++epoch : -1 }
    }
    if (api.name === 'AddPartitionsToTxn') {
      const resultsByPartition = [{ partitionIndex: 0, partitionErrorCode: errorCode }]
      return { resultsByTopicV3AndBelow: [{ name: 'orders', resultsByPartition }] }
    }
    if (api.name === 'Produce') {
      const answerOf = { index: 0, errorCode, baseOffset: done ? offset++ : -1, logAppendTimeMs: -1, recordErrors: [] }
      const partitionResponses = [{ ...answerOf, errorMessage: null, currentLeader: { leaderId: -1, leaderEpoch: -1 } }]
      return { responses: [{ name: 'orders', partitionResponses }], nodeEndpoints: [] }
    }
    if (api.name === 'TxnOffsetCommit') {
      return { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode }] }] }
    }
    return { errorCode }
  }
  const metadata = { topic: 'orders', topicId: '', partitions: [{ partition: 0, leader: 1, leaderEpoch: 0 }] }
  const cluster = {
    clock,
    // Not within the call, as from a socket.
    request: async (_node: number, api: Api, body: object, { atMostVersion = Infinity }: RequestOptions) => {
      await Promise.resolve()
      return respond(api, Math.min(api.versions[1], atMostVersion), body as Record<string, unknown>)
    },
    versionOf: (_node: number, api: Api) => Promise.resolve(api.versions[1]),
    featureLevel: () => Promise.resolve(level),
    coordinator: () => Promise.resolve(1),
    forgetCoordinator: () => asked.push('forget'),
    cachedTopic: () => metadata,
    topic: () => Promise.resolve(metadata),
    close: () => Promise.resolve(),
  } as unknown as Cluster
  const producer = createProducerSession(cluster, {
    acks: -1,
    compressionType: 'none',
    enableIdempotence: true,
    requestTimeoutMs: 1_000,
    transactionalId: 'invoices',
    transactionTimeoutMs: 5_000,
  })
  const write = (): Promise<unknown> => {
    const builder = producer.openBatch(target, { maxBytes: 1_000, maxRecords: 10 })
    builder.append(1, null, 'v', [])
    return producer.write(builder.seal())
  }
  /** Gives a promise its time. */
  async function timely<T>(promise: Promise<T>): Promise<T> {
    let isOver = false
    const over = (): void => void (isOver = true)
    promise.then(over, over)
    while (!isOver) await clock.advance(10)
    return promise
  }
  return { asked, clock, producer, timely, write, transactions: producer.transactions! }
}

async function oneTransaction({ timely, transactions, write }: ReturnType<typeof session>): Promise<void> {
  await timely(transactions.begin())
  await timely(write())
  await timely(transactions.sendOffsets([{ ...target, offset: 1, metadata: '' }], group))
  await timely(transactions.commit())
}

describe('the way transactions are spoken of', () => {
  it('is the classic one where the cluster has not agreed on the newer: no request in a version that means it', async () => {
    const s = session({ level: 1 })
    await oneTransaction(s)
    await oneTransaction(s)
    const each = ['AddPartitionsToTxn/3', 'Produce/11', 'AddOffsetsToTxn/4', 'TxnOffsetCommit/4', 'EndTxn/4 commit']
    expect(s.asked).toEqual(['InitProducerId/5', ...each, ...each])
  })

  it('adds nothing by itself where the cluster does, and goes on in the epoch that the end of each brings', async () => {
    const s = session({ level: 2 })
    await oneTransaction(s)
    await oneTransaction(s)
    const each = ['Produce/13', 'TxnOffsetCommit/5', 'EndTxn/5 commit']
    expect(s.asked).toEqual(['InitProducerId/5', ...each, ...each])
  })
})

describe('a step', () => {
  it('is repeated until there is an answer that will not change, at once or after a pause', async () => {
    const s = session({
      answers: {
        InitProducerId: ['CONCURRENT_TRANSACTIONS', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR'],
        EndTxn: [lost(), 'COORDINATOR_NOT_AVAILABLE'],
      },
    })
    await oneTransaction(s)
    expect(s.asked.filter((each) => /Init|End|forget/.test(each))).toEqual([
      'InitProducerId/5',
      'InitProducerId/5',
      'InitProducerId/5',
      'forget',
      'InitProducerId/5',
      'EndTxn/4 commit',
      'forget',
      'EndTxn/4 commit',
      'forget',
      'EndTxn/4 commit',
    ])
  })

  it('ends with its time; a commit that may have been carried out says so, and the next transaction ends it first', async () => {
    const s = session({ answers: { EndTxn: Array.from({ length: 60 }, lost) } })
    await s.timely(s.transactions.begin())
    await s.timely(s.write())
    const since = s.clock.monotonic()
    await expect(s.timely(s.transactions.commit())).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', ambiguous: true })
    expect(s.clock.monotonic() - since).toBeLessThan(5_100)
    const t = session({ answers: { EndTxn: [lost(), 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'] } })
    await t.timely(t.transactions.begin())
    await t.timely(t.write())
    await expect(t.timely(t.transactions.commit())).rejects.toMatchObject({
      code: 'INVALID_TXN_STATE',
      ambiguous: true,
    })
    await oneTransaction(t)
    expect(t.asked.filter((each) => /Init|End/.test(each)).slice(1)).toEqual([
      'EndTxn/4 commit',
      'EndTxn/4 commit',
      'EndTxn/4 abort',
      'InitProducerId/5',
      'EndTxn/4 commit',
    ])
  })

  it('of a closed session is over at once', async () => {
    const s = session({
      answers: { InitProducerId: Array.from({ length: 60 }, () => 'COORDINATOR_LOAD_IN_PROGRESS' as const) },
    })
    const begin = expect(s.transactions.begin()).rejects.toMatchObject({ code: 'CLOSED' })
    await s.clock.advance(50)
    await s.producer.close()
    await begin
    await expect(s.transactions.begin()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a fence', () => {
  it('of the coordinator is final, and nothing more is asked: InitProducerId would hurt the present owner', async () => {
    const s = session({ answers: { EndTxn: ['PRODUCER_FENCED'] } })
    await s.timely(s.transactions.begin())
    await s.timely(s.write())
    await expect(s.timely(s.transactions.commit())).rejects.toMatchObject({ code: 'PRODUCER_FENCED', ambiguous: false })
    const count = s.asked.length
    await s.timely(s.transactions.abort())
    await expect(s.timely(s.transactions.begin())).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
    await expect(s.timely(s.write())).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
    expect(s.asked.length).toBe(count)
  })

  it("of a partition's leader ends the transaction; whether it is final is for the coordinator to say", async () => {
    const s = session({ answers: { Produce: ['INVALID_PRODUCER_EPOCH'] } })
    await s.timely(s.transactions.begin())
    await expect(s.timely(s.write())).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
    await expect(s.timely(s.write())).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    await s.timely(s.transactions.abort())
    await oneTransaction(s)
    expect(s.asked.filter((each) => /Init|End/.test(each)).slice(1)).toEqual([
      'EndTxn/4 abort',
      'EndTxn/4 abort',
      'InitProducerId/5',
      'EndTxn/4 commit',
    ])
  })
})
