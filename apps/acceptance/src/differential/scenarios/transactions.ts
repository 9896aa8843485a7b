import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  describeProducersApi,
  describeTransactionsApi,
  endTxnApi,
  findCoordinatorApi,
  initProducerIdApi,
  offsetFetchApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import type { Scenario, World } from '../world.ts'
import { coordinator } from './groups.ts'
import { batch, fetch, produce } from './records.ts'
import { newTopic } from './topics.ts'

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

async function producerOf(
  world: World,
  what: string,
  transactionalId: string,
  more: object = {},
  among: [number, number] = [0, 4],
): Promise<Producer> {
  const { producerId, producerEpoch } = await world.expect(
    what,
    initProducerIdApi,
    { transactionalId, transactionTimeoutMs: 60_000, ...more },
    among,
  )
  return { producerId, producerEpoch }
}

function add(
  world: World,
  what: string,
  transactionalId: string,
  producer: Producer,
  topic: string,
  ...partitions: number[]
) {
  return world.ask(
    what,
    addPartitionsToTxnApi,
    {
      transactions: [],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    } as never,
    [0, 3],
  )
}

function end(world: World, what: string, transactionalId: string, producer: Producer, committed: boolean) {
  return world.ask(what, endTxnApi, { transactionalId, ...producer, committed }, [0, 4])
}

async function coordinated(world: World, transactionalId: string): Promise<void> {
  await world.ask(
    'who coordinates',
    findCoordinatorApi,
    (version) =>
      version >= 4 ? { coordinatorKeys: [transactionalId], keyType: 1 } : { key: transactionalId, keyType: 1 },
    [1, 6],
  )
}

/** Produce up to version 11: above, a batch adds its partition by itself. */
export const transactions: Scenario = async (world) => {
  const t = await newTopic(world, 'transacted', 2)
  const id = world.name('tx')
  await coordinated(world, id)
  for (const transactionTimeoutMs of [0, -1, 900_001])
    await world.ask(`a timeout of ${transactionTimeoutMs} ms`, initProducerIdApi, {
      transactionalId: world.name('late'),
      transactionTimeoutMs,
    })
  await world.ask('an empty id', initProducerIdApi, { transactionalId: '', transactionTimeoutMs: 60_000 })
  const producer = await producerOf(world, 'a producer', id)
  const send = (what: string, baseSequence: number, index = 0, more: object = {}) =>
    produce(world, what, t, batch({ ...producer, baseSequence, transactional: true, ...more }), {
      acks: -1,
      transactionalId: id,
      index,
    })
  const look = (what: string) => world.ask(what, describeTransactionsApi, { transactionalIds: [id] })
  await look('before it began')
  await end(world, 'with nothing in it', id, producer, true)
  await add(world, 'an unknown topic', id, producer, world.name('unknown'), 0)
  await add(world, 'an unknown partition', id, producer, t, 0, 9)
  await add(world, 'of another epoch', id, { ...producer, producerEpoch: producer.producerEpoch + 1 }, t, 0)
  await add(world, 'of another producer', id, { ...producer, producerId: producer.producerId + 100_000 }, t, 0)
  await add(world, 'of an unknown id', world.name('nobody'), producer, t, 0)
  await send('to a partition that was not added', 0)
  await produce(world, 'under another id', t, batch({ ...producer, baseSequence: 0, transactional: true }), {
    acks: -1,
    transactionalId: world.name('nobody'),
  })
  await add(world, 'a partition', id, producer, t, 0)
  await add(world, 'the partition again', id, producer, t, 0)
  await send('the first', 0)
  await send('the second', 2)
  await send('the second again', 2)
  await send('a gap', 9)
  await produce(world, 'without the id', t, batch({ ...producer, baseSequence: 4, transactional: true }), { acks: -1 })
  await produce(world, 'not in the transaction', t, batch({ ...producer, baseSequence: 4 }), { acks: -1 })
  await look('while it is open')
  await world.ask('who writes', describeProducersApi, { topics: [{ name: t, partitionIndexes: [0, 1, 9] }] })
  await fetch(world, 'committed, while it is open', t, { isolationLevel: 1 })
  await fetch(world, 'uncommitted, while it is open', t)
  await end(world, 'of another epoch', id, { ...producer, producerEpoch: producer.producerEpoch - 1 }, true)
  await end(world, 'of an unknown id', world.name('nobody'), producer, true)
  const committed = world.pick([true, false])
  await end(world, committed ? 'committed' : 'aborted', id, producer, committed)
  await world.completed(id)
  await end(world, 'the same again', id, producer, committed)
  await end(world, 'the other way', id, producer, !committed)
  await fetch(world, 'committed, after its end', t, { isolationLevel: 1 })
  await look('after its end')
  await add(world, 'the next one’s partition', id, producer, t, 0, 1)
  await send('in the next', 4)
  await send('to the other partition', 0, 1)
  await end(world, 'the next', id, producer, !committed)
  await world.completed(id)
  for (const partition of [0, 1])
    await fetch(world, `committed, of partition ${partition}`, t, { isolationLevel: 1, partition })
  await fetch(world, 'uncommitted', t, { at: 2 })
  await fetch(world, 'committed, from the middle', t, { at: 3, isolationLevel: 1 })
  await world.ask('of an id that nobody has', describeTransactionsApi, { transactionalIds: [world.name('nobody'), ''] })
}

export const fencing: Scenario = async (world) => {
  const t = await newTopic(world, 'fenced')
  const id = world.name('fence')
  await coordinated(world, id)
  const old = await producerOf(world, 'the old one', id)
  await add(world, 'the old one', id, old, t, 0)
  const send = (what: string, producer: Producer, baseSequence: number) =>
    produce(world, what, t, batch({ ...producer, baseSequence, transactional: true }), {
      acks: -1,
      transactionalId: id,
    })
  await send('the old one', old, 0)
  const next = await producerOf(world, 'the new one', id)
  await send('the old one, fenced', old, 2)
  await add(world, 'the old one, fenced', id, old, t, 0)
  await end(world, 'the old one, fenced', id, old, true)
  await world.ask(
    'the old one wants an epoch',
    initProducerIdApi,
    { transactionalId: id, transactionTimeoutMs: 60_000, ...old },
    [3, 4],
  )
  await add(world, 'the new one', id, next, t, 0)
  await send('the new one', next, 0)
  await end(world, 'the new one', id, next, true)
  await world.completed(id)
  await fetch(world, 'what came of it', t, { isolationLevel: 1 })
  await world.ask(
    'the new one wants an epoch',
    initProducerIdApi,
    { transactionalId: id, transactionTimeoutMs: 60_000, ...next },
    [3, 4],
  )
}

export const transactedOffsets: Scenario = async (world) => {
  const t = await newTopic(world, 'source')
  const [id, groupId] = [world.name('eos'), world.name('eos-group')]
  await coordinated(world, id)
  await coordinator(world, groupId)
  const producer = await producerOf(world, 'a producer', id)
  const stage = (what: string, offset: number, more: object = {}, among: [number, number] = [0, 4]) =>
    world.ask(
      what,
      txnOffsetCommitApi,
      {
        transactionalId: id,
        groupId,
        ...producer,
        topics: [{ name: t, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }] }],
        ...more,
      },
      among,
    )
  const committed = (what: string) =>
    world.ask(
      what,
      offsetFetchApi,
      (version) => (version >= 8 ? { groups: [{ groupId, topics: null }] } : { groupId, topics: null }) as never,
      [2, 9],
    )
  await stage('before the group was added', 1)
  for (const [what, body] of [
    ['of another epoch', { producerEpoch: producer.producerEpoch + 1 }],
    ['of another producer', { producerId: producer.producerId + 100_000 }],
    ['of an unknown id', { transactionalId: world.name('nobody') }],
    ['of no group', { groupId: '' }],
    ['a group', {}],
  ] as const) {
    await world.ask(what, addOffsetsToTxnApi, { transactionalId: id, groupId, ...producer, ...body }, [0, 4])
  }
  await stage('an offset', 5)
  await stage('of a stranger', 6, { memberId: 'stranger', generationId: 3 }, [3, 4])
  await stage('of an unknown topic', 5, {
    topics: [{ name: world.name('unknown'), partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
  })
  await stage('of an unknown partition', 5, {
    topics: [{ name: t, partitions: [{ partitionIndex: 9, committedOffset: 1 }] }],
  })
  await committed('while it is open')
  await world.ask(
    'stable ones, while it is open',
    offsetFetchApi,
    { groupId, topics: [{ name: t, partitionIndexes: [0] }], requireStable: true } as never,
    [7, 7],
  )
  await end(world, 'aborted', id, producer, false)
  await world.completed(id)
  await committed('after it was aborted')
  await world.ask('a group', addOffsetsToTxnApi, { transactionalId: id, groupId, ...producer }, [0, 4])
  await stage('an offset', 7)
  await end(world, 'committed', id, producer, true)
  await world.completed(id)
  await committed('after it was committed')
}
