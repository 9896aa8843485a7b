import { verifyCrc, readBatchHeader, zeroUuid } from '@partita/wire'
import { describe, expect, it } from 'vitest'
import { BatchBuffers } from '../../src/producer/batch-buffers.ts'
import { createProducerSession } from '../../src/producer/producer-session.ts'
import { fakeCluster } from './fake-cluster.ts'
import { batchOf, bench, insist, rejection, roomy } from './harness.ts'

const twelve = Array.from({ length: 12 }, (_, partition) => partition)

describe('what is written in one turn', () => {
  it('travels in one request a node, also the very first time, and each batch has its own result', async () => {
    const { cluster, session } = await bench()
    const results = await Promise.all(twelve.map((p) => session.write(batchOf(session, p, ['a', `b${p}`]))))
    expect(cluster.requests.map(({ batches }) => batches.length)).toEqual([12])
    expect(results.every(({ baseOffset, logAppendTime }) => baseOffset === 0 && logAppendTime === -1)).toBe(true)
    await Promise.all(twelve.map((p) => session.write(batchOf(session, p, ['c']))))
    expect(cluster.requests.map(({ batches }) => batches.length)).toEqual([12, 12])
    expect(cluster.log(7).values).toEqual(['a', 'b7', 'c'])
    expect(cluster.identitiesAsked).toBe(1)
  })

  it('goes to each leader in a request of its own', async () => {
    const { cluster, session } = await bench()
    cluster.realLeaders = twelve.map((p) => 1 + (p % 3))
    await session.partitionsFor('orders', { refresh: true })
    await Promise.all(twelve.map((p) => session.write(batchOf(session, p, ['a']))))
    const sent = cluster.requests.map(({ node, batches }) => [node, batches.map(({ partition }) => partition)])
    expect(sent).toEqual([
      [1, [0, 3, 6, 9]],
      [2, [1, 4, 7, 10]],
      [3, [2, 5, 8, 11]],
    ])
  })

  it('is shared out among requests of at most 1 MiB; a larger batch goes alone', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    const sizes = [400_000, 400_000, 400_000, 2_000_000, 10]
    await Promise.all(sizes.map((size, p) => session.write(batchOf(session, p, ['x'.repeat(size)]))))
    const sent = cluster.requests.map(({ batches }) => batches.map(({ partition }) => partition))
    expect(sent).toEqual([[0, 1], [2], [3], [4]])
  })

  it('is sent without waiting for another turn', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    void session.write(batchOf(session, 0, ['a']))
    await Promise.resolve()
    await Promise.resolve()
    expect(cluster.requests).toHaveLength(1)
  })
})

describe('the answer', () => {
  it('of one partition is not that of another', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = ({ partition }) => (partition === 1 ? { error: 'MESSAGE_TOO_LARGE' } : {})
    const writes = [0, 1, 2].map((p) => session.write(batchOf(session, p, ['a'])))
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    const error = await rejection(writes[1]!)
    expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', retriable: false, ambiguous: false })
    expect(error.place).toEqual({ api: 'Produce', topic: 'orders', partition: 1, broker: '1' })
  })

  it('gives the time of a topic with LogAppendTime', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => ({ answer: { logAppendTimeMs: 1_234 } })
    expect(await session.write(batchOf(session, 0, ['a']))).toEqual({ baseOffset: 0, logAppendTime: 1_234 })
  })

  it.each([3, 7, 8, 9, 12, 13])('is understood in version %i', async (version) => {
    const { cluster, session } = await bench({ version })
    await session.write(batchOf(session, 3, ['a']))
    expect(await session.write(batchOf(session, 3, ['b', 'c']))).toMatchObject({ baseOffset: 1 })
    expect(cluster.log(3).values).toEqual(['a', 'b', 'c'])
  })

  it('that leaves a partition out tells nothing of it', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = ({ partition }) => ({ forgotten: partition === 1 && cluster.requests.length === 1 })
    const [first, second] = [0, 1].map((p) => batchOf(session, p, ['a']))
    const writes = [session.write(first!), session.write(second!)]
    expect(await rejection(writes[1]!)).toMatchObject({ code: 'MALFORMED', retriable: true, ambiguous: true })
    expect((await writes[0])?.baseOffset).toBe(0)
    expect((await session.write(second!)).baseOffset).toBe(0)
    expect(cluster.log(1).values).toEqual(['a'])
  })
})

describe('acks', () => {
  it('0 is not answered: no offset is known', async () => {
    const { cluster, session } = await bench({ acks: 0 })
    expect(await session.write(batchOf(session, 0, ['a']))).toEqual({ baseOffset: -1, logAppendTime: -1 })
    expect(cluster.requests[0]).toMatchObject({ acks: 0, timeoutMs: 30_000 })
    expect(cluster.log(0).values).toEqual(['a'])
  })

  it('0 over a broken connection fails as something that may have been stored', async () => {
    const { cluster, session } = await bench({ acks: 0 })
    cluster.onRequest = () => ({ way: 'cut' })
    const error = await rejection(session.write(batchOf(session, 0, ['a'])))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: true })
  })

  it('1 and -1 are asked for as they are', async () => {
    for (const acks of [1, -1] as const) {
      const { cluster, session } = await bench({ acks, requestTimeoutMs: 5_000 })
      expect((await session.write(batchOf(session, 0, ['a']))).baseOffset).toBe(0)
      expect(cluster.requests[0]).toMatchObject({ acks, timeoutMs: 5_000 })
    }
  })

  it('other than -1 do not go with idempotence', () => {
    const options = { compressionType: 'none', enableIdempotence: true, requestTimeoutMs: 1_000 } as const
    const open = (acks: 0 | 1) => () => createProducerSession(fakeCluster(), { ...options, acks })
    expect(open(1)).toThrow(/enableIdempotence needs acks: -1/)
    expect(open(0)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})

describe('a batch that is released', () => {
  it('lends its memory to the next one, in which nothing of it is left', async () => {
    const { cluster, session } = await bench()
    const first = batchOf(session, 0, ['a'.repeat(500), 'b'])
    await session.write(first)
    session.release!(first)
    expect(() => first.records()).toThrow(/released/)
    const second = batchOf(session, 1, ['c', 'd'])
    await session.write(second)
    expect(cluster.log(1).values).toEqual(['c', 'd'])
    expect(second.byteLength).toBe(cluster.requests.at(-1)!.batches[0]!.bytes.length)
  })

  it('keeps its memory where an earlier attempt may still be on its way', async () => {
    const { cluster, session } = await bench()
    cluster.onBatch = () => (cluster.requests.length === 1 ? { error: 'NOT_ENOUGH_REPLICAS' } : {})
    const batch = batchOf(session, 0, ['a'])
    await insist(session, batch)
    session.release!(batch)
    expect([...batch.records()]).toHaveLength(1)
  })

  it('keeps its memory where nobody said that it has come: the connection may still have to send it', async () => {
    const { session } = await bench({ acks: 0, enableIdempotence: false })
    const batch = batchOf(session, 0, ['a'])
    await session.write(batch)
    session.release!(batch)
    expect([...batch.records()]).toHaveLength(1)
  })

  it('is kept only up to 16 MiB, and not where the next ones need more', () => {
    const buffers = new BatchBuffers()
    const [large, small] = [new Uint8Array(16_000_000), new Uint8Array(100)]
    buffers.giveBack(large)
    buffers.giveBack(new Uint8Array(1_000_000))
    expect(buffers.take(100)).toBe(large)
    buffers.giveBack(small)
    expect(buffers.take(200)).toHaveLength(200)
    expect(buffers.take(50)).not.toBe(small)
  })
})

describe('a batch', () => {
  it('is encoded as its records come: full by bytes or by count, its length exact', async () => {
    const { cluster, session } = await bench({ enableIdempotence: false })
    const builder = session.openBatch({ topic: 'orders', partition: 0 }, { maxBytes: 200, maxRecords: 3 })
    expect(builder.append(1, null, 'x'.repeat(100), [])).toBe(true)
    const length = builder.byteLength
    expect(builder.append(1, null, 'x'.repeat(100), [])).toBe(false)
    expect([builder.count, builder.byteLength]).toEqual([1, length])
    expect([
      builder.append(2, 'k', null, []),
      builder.append(3, null, null, []),
      builder.append(4, null, null, []),
    ]).toEqual([true, true, false])
    const sealed = builder.seal()
    await session.write(sealed)
    expect(cluster.requests[0]!.batches[0]!.bytes.length).toBe(sealed.byteLength)
    expect(sealed).toMatchObject({ topic: 'orders', partition: 0, count: 3 })
  })

  it('gives its records back before and after it was written', async () => {
    const { cluster, session } = await bench()
    const builder = session.openBatch({ topic: 'orders', partition: 0 }, roomy)
    builder.append(5, 'key', 'välue', [['h', new Uint8Array([1])]])
    builder.append(3, null, null, [])
    const sealed = builder.seal()
    const read = () =>
      Array.from(sealed.records(), ({ timestamp, key, value, headers }) => ({
        timestamp,
        key: key === null ? null : new TextDecoder().decode(key as Uint8Array),
        value: value === null ? null : new TextDecoder().decode(value as Uint8Array),
        headers: headers.length,
      }))
    const expected = [
      { timestamp: 5, key: 'key', value: 'välue', headers: 1 },
      { timestamp: 3, key: null, value: null, headers: 0 },
    ]
    expect(read()).toEqual(expected)
    await session.write(sealed)
    expect(read()).toEqual(expected)
    const { bytes } = cluster.requests[0]!.batches[0]!
    expect(verifyCrc(bytes, readBatchHeader(bytes))).toBe(true)
  })

  it('without a record cannot be sealed, and one of another transport cannot be written', async () => {
    const { session } = await bench()
    expect(() => session.openBatch({ topic: 'orders', partition: 0 }, roomy).seal()).toThrow(/without a record/)
    const foreign = {
      ...batchOf(session, 0, ['a']),
      topic: 'orders',
      partition: 0,
      count: 1,
      byteLength: 1,
      records: () => [],
    }
    expect(await rejection(session.write(foreign))).toMatchObject({ code: 'UNEXPECTED' })
  })

  it('is written to a partition that the metadata names only', async () => {
    const { cluster, session } = await bench()
    const error = await rejection(session.write(batchOf(session, 12, ['a'])))
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: true, ambiguous: false })
    expect(error.place).toMatchObject({ topic: 'orders', partition: 12 })
    expect(cluster.requests).toEqual([])
    expect((await insist(session, batchOf(session, 11, ['a']))).baseOffset).toBe(0)
  })
})

describe('topics', () => {
  it('go by their ids where the broker speaks of them so, and by name where the cluster tells no ids', async () => {
    for (const [topicId, version] of [
      ['000102030405060708090a0b0c0d0e0f', 13],
      [zeroUuid, 12],
    ] as const) {
      const { cluster, session } = await bench({ version: 13, topicId })
      await expect(session.write(batchOf(session, 0, ['a']))).resolves.toMatchObject({ baseOffset: 0 })
      expect(cluster.requests.map((sent) => sent.version)).toEqual([version])
    }
  })
})
