import {
  type BatchFields,
  compressBatch,
  createBatchWriter,
  deleteRecordsApi,
  fetchApi,
  initProducerIdApi,
  listOffsetsApi,
  offsetForLeaderEpochApi,
  produceApi,
  type RequestInput,
} from '@partita/wire'
import type { Scenario, World } from '../world.ts'
import { newTopic } from './topics.ts'

const now = Date.now()

export interface BatchOptions extends BatchFields {
  readonly values?: number
  readonly key?: string | null
  readonly timestamp?: number
}

export function batch({ values = 2, key = 'k', timestamp = now, ...fields }: BatchOptions = {}): Uint8Array {
  const writer = createBatchWriter()
  for (let i = 0; i < values; i++) writer.append(timestamp + i, key, `value ${i}`, [])
  return writer.finish(fields)
}

/** A copy with some bytes set. */
function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

export function produce(
  world: World,
  what: string,
  name: string,
  records: Uint8Array | null,
  more: { index?: number; acks?: number; transactionalId?: string } = {},
): Promise<unknown> {
  const { index = 0, acks = world.pick([1, -1]), transactionalId = null } = more
  const topicData = [{ name, partitionData: [{ index, records }] }]
  return world.ask(what, produceApi, { transactionalId, acks, timeoutMs: 5_000, topicData }, [3, 12])
}

export function fetch(
  world: World,
  what: string,
  topic: string,
  more: Partial<RequestInput<typeof fetchApi>> & {
    at?: number
    partition?: number
    partitionMaxBytes?: number
    currentLeaderEpoch?: number
  } = {},
): Promise<unknown> {
  const { at = 0, partition = 0, partitionMaxBytes = 100_000, currentLeaderEpoch = -1, ...rest } = more
  const partitions = [{ partition, fetchOffset: at, partitionMaxBytes, currentLeaderEpoch }]
  return world.ask(
    what,
    fetchApi,
    { maxWaitMs: 50, minBytes: 1, isolationLevel: 0, ...rest, topics: [{ topic, partitions }] },
    [currentLeaderEpoch === -1 ? 4 : 9, 12],
  )
}

/** Batches that are right, and that are wrong in every way. */
export const produced: Scenario = async (world) => {
  const t = await newTopic(world, 'records', 2)
  await produce(world, 'two records', t, batch())
  await produce(world, 'to an unknown partition', t, batch(), { index: 2 })
  await produce(world, 'to a negative partition', t, batch(), { index: -1 })
  await produce(world, 'to an unknown topic', world.name('unknown'), batch())
  await produce(world, 'to a topic that cannot be', 'a b', batch())
  await produce(world, 'with acks 2', t, batch(), { acks: 2 })
  await produce(world, 'no bytes', t, new Uint8Array(0))
  await produce(world, 'few bytes', t, batch().slice(0, 30))
  await produce(world, 'a batch that is cut', t, batch().slice(0, -3))
  await produce(world, 'two batches', t, Uint8Array.from([...batch(), ...batch()]))
  await produce(world, 'a wrong CRC', t, changed(batch(), 17, 1, 2, 3, 4))
  for (const magic of [0, 1, 3, -1]) await produce(world, `magic ${magic}`, t, changed(batch(), 16, magic))
  await produce(world, 'a base offset of its own', t, changed(batch(), 0, 0, 0, 0, 0, 0, 0, 0, 9))
  await produce(world, 'a leader epoch of its own', t, changed(batch(), 12, 0, 0, 0, 9))
  await produce(world, 'a length that is short', t, changed(batch(), 8, 0, 0, 0, 20))
  await produce(world, 'a length that is long', t, changed(batch(), 8, 0, 0, 9, 0))
  await produce(world, 'a control batch', t, batch({ control: true }))
  for (const type of ['gzip', 'none'] as const)
    await produce(world, `compressed with ${type}`, t, await compressBatch(batch({ values: 50 }), type))
  await fetch(world, 'what came of it', t)
  await produce(world, 'a future too far', t, batch({ timestamp: now + 2 * 3_600_000 }))
  await produce(world, 'a past', t, batch({ timestamp: 1_000 }))
  await produce(world, 'no time', t, batch({ timestamp: -1, values: 1 }))
  const small = await newTopic(world, 'small', 1, [['max.message.bytes', '500']])
  await produce(world, 'one too large', small, batch({ values: 60 }))
  await produce(world, 'one that fits', small, batch({ values: 2 }))
  const stamped = await newTopic(world, 'stamped', 1, [['message.timestamp.type', 'LogAppendTime']])
  await produce(world, 'to be stamped', stamped, batch({ timestamp: 1_000 }))
  await fetch(world, 'stamped', stamped)
  const compacted = await newTopic(world, 'compacted', 1, [['cleanup.policy', 'compact']])
  await produce(world, 'without key', compacted, batch({ key: null }))
  await produce(world, 'with key', compacted, batch())
  await fetch(world, 'compacted', compacted)
}

/** Sequences of an idempotent producer. */
export const sequences: Scenario = async (world) => {
  const t = await newTopic(world, 'sequenced')
  const { producerId, producerEpoch } = await world.expect('a producer', initProducerIdApi, {
    transactionalId: null,
    transactionTimeoutMs: 60_000,
  })
  const send = (what: string, baseSequence: number, more: BatchOptions = {}) =>
    produce(world, what, t, batch({ producerId, producerEpoch, baseSequence, ...more }), { acks: -1 })
  await send('not from 0', 5)
  await send('from 0', 0)
  await send('again', 0)
  await send('the next', 2)
  await send('a gap', 9)
  await send('part of an earlier', 2, { values: 1 })
  await send('an overlap', 3)
  for (let sequence = 4; sequence < 16; sequence += 2) await send(`sequence ${sequence}`, sequence)
  await send('long ago', 0)
  await send('the last again', 14)
  await send('five ago', world.pick([6, 8, 10]))
  await send('a negative sequence', -5)
  await send('a newer epoch, not from 0', 5, { producerEpoch: producerEpoch + 1 })
  await send('a newer epoch', 0, { producerEpoch: producerEpoch + 1 })
  await send('the older epoch', 16)
  await send('a stranger, not from 0', 7, { producerId: producerId + 100_000 })
  await send('a stranger', 0, { producerId: producerId + 200_000 })
  await produce(
    world,
    'two batches of a producer',
    t,
    Uint8Array.from([
      ...batch({ producerId, producerEpoch, baseSequence: 0 }),
      ...batch({ producerId, producerEpoch, baseSequence: 2 }),
    ]),
    { acks: -1 },
  )
  await produce(world, 'no sequence, but an id', t, batch({ producerId, producerEpoch }), { acks: -1 })
  await fetch(world, 'what came of it', t)
  await world.ask(
    'an id for one that had one',
    initProducerIdApi,
    { transactionalId: null, transactionTimeoutMs: 60_000, producerId, producerEpoch },
    [3, 4],
  )
  await world.ask('an id without a timeout', initProducerIdApi, { transactionalId: null, transactionTimeoutMs: 0 })
}

export const fetched: Scenario = async (world) => {
  const t = await newTopic(world, 'fetched', 2)
  for (let i = 0; i < 6; i++) await produce(world, `batch ${i}`, t, batch({ values: 3, timestamp: now + i * 1_000 }))
  for (const at of [0, 1, 3, 17, 18, 19, 1_000, -1, -2, -3]) await fetch(world, `from ${at}`, t, { at })
  await fetch(world, 'an empty partition', t, { partition: 1 })
  await fetch(world, 'an unknown partition', t, { partition: 2 })
  await fetch(world, 'a negative partition', t, { partition: -1 })
  await fetch(world, 'an unknown topic', world.name('unknown'))
  for (const maxBytes of [0, 1, 200, 300, 100_000]) await fetch(world, `${maxBytes} bytes`, t, { at: 2, maxBytes })
  for (const partitionMaxBytes of [0, 1, 200, 300])
    await fetch(world, `${partitionMaxBytes} bytes of a partition`, t, { partitionMaxBytes })
  for (const currentLeaderEpoch of [0, 1, 5])
    await fetch(world, `leader epoch ${currentLeaderEpoch}`, t, { currentLeaderEpoch })
  await fetch(world, 'committed', t, { isolationLevel: 1 })
  await fetch(world, 'at an isolation there is not', t, { isolationLevel: 5 })
  await fetch(world, 'without waiting', t, { at: 18, maxWaitMs: 0 })
  await fetch(world, 'no least bytes', t, { at: 18, minBytes: 0, maxWaitMs: 5_000 })
  await world.ask('nothing', fetchApi, { maxWaitMs: 0, minBytes: 0, topics: [] }, [4, 12])
  await world.ask(
    'a topic id that nobody has',
    fetchApi,
    {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [
        {
          topicId: '00000000000000000000000000000077',
          partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100 }],
        },
      ],
    },
    [13, 17],
  )
  await world.ask(
    'in a session there is not',
    fetchApi,
    { maxWaitMs: 0, minBytes: 0, sessionId: 4711, sessionEpoch: 3, topics: [] },
    [7, 12],
  )
  const offsets = (
    what: string,
    timestamp: number,
    more: { partitionIndex?: number; name?: string; currentLeaderEpoch?: number; isolationLevel?: number } = {},
  ) => {
    const { partitionIndex = 0, name = t, currentLeaderEpoch = -1, isolationLevel = 0 } = more
    const least = currentLeaderEpoch !== -1 ? 4 : isolationLevel === 0 ? 1 : 2
    return world.ask(
      what,
      listOffsetsApi,
      { isolationLevel, topics: [{ name, partitions: [{ partitionIndex, currentLeaderEpoch, timestamp }] }] },
      [least, 11],
    )
  }
  for (const timestamp of [
    -1,
    -2,
    -3,
    -4,
    -5,
    -6,
    0,
    now - 1,
    now,
    now + 1_001,
    now + 5_002,
    now + 5_003,
    now + 1_000_000,
  ])
    await offsets(`of time ${timestamp < 1_000 ? timestamp : `now + ${timestamp - now}`}`, timestamp)
  await offsets('of an empty partition', -1, { partitionIndex: 1 })
  await offsets('of an empty partition, by time', now, { partitionIndex: 1 })
  await offsets('of an empty partition, latest time', -3, { partitionIndex: 1 })
  await offsets('of an unknown partition', -1, { partitionIndex: 7 })
  await offsets('of an unknown topic', -1, { name: world.name('unknown') })
  for (const currentLeaderEpoch of [0, 4])
    await offsets(`leader epoch ${currentLeaderEpoch}`, -1, { currentLeaderEpoch })
  await offsets('committed', -1, { isolationLevel: 1 })
  await world.ask('up to offset 7', deleteRecordsApi, {
    topics: [{ name: t, partitions: [{ partitionIndex: 0, offset: 7 }] }],
    timeoutMs: 5_000,
  })
  for (const at of [0, 6, 7, 8]) await fetch(world, `from ${at}, after records were deleted`, t, { at })
  for (const timestamp of [-1, -2, 0, now])
    await offsets(`of time ${timestamp === now ? 'now' : timestamp}, after records were deleted`, timestamp)
  const epoch = (what: string, leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) =>
    world.ask(what, offsetForLeaderEpochApi, {
      topics: [{ topic: t, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
    })
  for (const leaderEpoch of [0, 1, 5, -1]) await epoch(`the end of epoch ${leaderEpoch}`, leaderEpoch)
  await epoch('with a leader epoch', 0, 0)
  await epoch('with a leader epoch to come', 0, 3)
  await epoch('of an unknown partition', 0, -1, 9)
  await epoch('of an empty partition', 0, -1, 1)
}
