import { createVirtualClock, type VirtualClock } from '@partita/testing'
import {
  createPartitionsApi,
  createTopicsApi,
  deleteRecordsApi,
  deleteTopicsApi,
  describeClusterApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetForLeaderEpochApi,
  produceApi,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, batchOf, code, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { brokerOn } from './disk-broker.ts'
import { fakeFiles } from './fake-files.ts'

const clientOf = (broker: MemoryBroker, node: number): ApiClient => connectClient(broker, 'test', node)

async function topicAt(client: ApiClient, name: string) {
  return (await client.call(metadataApi, 12, { topics: [{ name }] })).topics[0]!
}

/** Of each partition: leader, epoch, replicas and those in sync. */
async function placesOf(client: ApiClient, name: string) {
  const { partitions } = await topicAt(client, name)
  return partitions.map(({ leaderId, leaderEpoch, replicaNodes, isrNodes }) => [
    leaderId,
    leaderEpoch,
    replicaNodes.join(),
    isrNodes.join(),
  ])
}

/** What comes of a call while time goes by. */
async function through<T>(clock: VirtualClock, call: Promise<T>, ms = 0): Promise<T> {
  await clock.settle()
  await clock.advance(ms)
  return call
}

const values = async (broker: MemoryBroker, topic: string): Promise<(string | null)[]> =>
  (await broker.log(topic, 0)).map(({ value }) => text(value as Uint8Array))

describe('a cluster of three', () => {
  test('tells its nodes and its controller, whichever is asked', async () => {
    await using broker = createBroker({ nodes: 3, nodeId: 7 })
    expect(broker.nodes()).toEqual(
      [7, 8, 9].map((id) => ({ id, host: `node-${id}`, port: 9092, rack: null, isUp: true })),
    )
    for (const { id } of broker.nodes()) {
      const answer = await clientOf(broker, id).call(metadataApi, 12, { topics: [] })
      const told = answer.brokers.map(({ nodeId, host, port }) => `${nodeId} ${host}:${port}`)
      expect(told).toEqual(['7 node-7:9092', '8 node-8:9092', '9 node-9:9092'])
      expect(answer.controllerId).toBe(7)
      const cluster = await clientOf(broker, id).call(describeClusterApi, 1, {})
      expect(cluster.brokers.map(({ brokerId }) => brokerId)).toEqual([7, 8, 9])
      expect(cluster.controllerId).toBe(7)
    }
  })

  test('spreads leaders over the nodes, from topic to topic, and copies as far as it was asked', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: 4, u: { partitions: 2, replicationFactor: 2 } } })
    const client = connectClient(broker)
    expect(await placesOf(client, 't')).toEqual([
      [1, 0, '1,2,3', '1,2,3'],
      [2, 0, '2,3,1', '2,3,1'],
      [3, 0, '3,1,2', '3,1,2'],
      [1, 0, '1,2,3', '1,2,3'],
    ])
    expect(await placesOf(client, 'u')).toEqual([
      [2, 0, '2,3', '2,3'],
      [3, 0, '3,1', '3,1'],
    ])
  })

  test('takes replicas by number or by hand, and no more than there are nodes', async () => {
    await using broker = createBroker({ nodes: 3 })
    const client = connectClient(broker)
    const create = async (topic: object) => {
      const topics = [{ name: 't', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [], ...topic }]
      return (await client.call(createTopicsApi, 7, { timeoutMs: 1_000, topics })).topics[0]!
    }
    expect(await create({ replicationFactor: 4 })).toMatchObject({ errorCode: code('INVALID_REPLICATION_FACTOR') })
    expect(await create({ replicationFactor: 0 })).toMatchObject({ errorCode: code('INVALID_REPLICATION_FACTOR') })
    const byHand = (...all: number[][]) => all.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
    for (const wrong of [byHand([4]), byHand([1, 1]), byHand([1, 2], [1]), byHand([])]) {
      expect((await create({ assignments: wrong })).errorCode).toBe(code('INVALID_REPLICA_ASSIGNMENT'))
    }
    expect(await create({ assignments: byHand([3, 1], [2, 3]) })).toMatchObject({ errorCode: 0, replicationFactor: 2 })
    const grow = async (count: number, brokerIds: number[]) => {
      const topics = [{ name: 't', count, assignments: [{ brokerIds }] }]
      return (await client.call(createPartitionsApi, 3, { timeoutMs: 1_000, topics })).results[0]!.errorCode
    }
    expect(await grow(3, [9])).toBe(code('INVALID_REPLICA_ASSIGNMENT'))
    expect(await grow(3, [1, 2])).toBe(0)
    expect((await placesOf(client, 't')).map(([leader, , replicas]) => [leader, replicas])).toEqual([
      [3, '3,1'],
      [2, '2,3'],
      [1, '1,2'],
    ])
  })

  test.each([
    [{ nodes: 0 }, 'nodes'],
    [{ nodes: 101 }, 'nodes'],
    [{ nodes: [] }, 'nodes'],
    [{ nodes: 'three' as never }, 'nodes'],
    [{ nodes: [{ rack: '' }] }, 'rack'],
    [{ nodes: 2, nodeId: 0x7fffffff }, 'nodeId'],
  ])('refuses %j', (options, named) => {
    expect(() => createBroker(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(named) }),
    )
  })
})

describe('a leader that moves', () => {
  test('refuses from then on, and says who leads; the next one goes on where it was', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
    const [old, next, other] = [1, 2, 3].map((id) => clientOf(broker, id)) as [ApiClient, ApiClient, ApiClient]
    expect((await produceTo(old, 't', 0, batchOf(['a']))).errorCode).toBe(0)
    broker.control.moveLeader('t', 0, 2)
    expect(broker.control.leaderOf('t', 0)).toBe(2)
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: batchOf(['lost?']) }] }]
    for (const client of [old, other]) {
      const answer = await client.call(produceApi, 10, { acks: -1, timeoutMs: 1_000, topicData })
      expect(answer.responses[0]!.partitionResponses[0]).toMatchObject({
        errorCode: code('NOT_LEADER_OR_FOLLOWER'),
        currentLeader: { leaderId: 2, leaderEpoch: 1 },
      })
      expect(answer.nodeEndpoints).toEqual([{ nodeId: 2, host: 'node-2', port: 9092, rack: null }])
    }
    expect(await produceTo(next, 't', 0, batchOf(['b']))).toMatchObject({ errorCode: 0, baseOffset: 1 })
    expect(await values(broker, 't')).toEqual(['a', 'b'])
  })

  test('is fenced by its epoch, in every request that names one', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
    broker.control.moveLeader('t', 0, 2)
    const errors = async (node: number, epoch: number) => {
      const client = clientOf(broker, node)
      const fetched = await fetchFrom(client, 't', [0], { currentLeaderEpoch: epoch })
      const partition = { partitionIndex: 0, timestamp: -1, currentLeaderEpoch: epoch }
      const listed = await client.call(listOffsetsApi, 6, { topics: [{ name: 't', partitions: [partition] }] })
      const asked = { partition: 0, currentLeaderEpoch: epoch, leaderEpoch: 0 }
      const ended = await client.call(offsetForLeaderEpochApi, 4, { topics: [{ topic: 't', partitions: [asked] }] })
      return [
        fetched[0]!.errorCode,
        listed.topics[0]!.partitions[0]!.errorCode,
        ended.topics[0]!.partitions[0]!.errorCode,
      ]
    }
    const [fenced, unknown] = [code('FENCED_LEADER_EPOCH'), code('UNKNOWN_LEADER_EPOCH')]
    const elsewhere = code('NOT_LEADER_OR_FOLLOWER')
    expect(await errors(1, 0)).toEqual([fenced, fenced, fenced])
    expect(await errors(1, 2)).toEqual([unknown, unknown, unknown])
    expect(await errors(2, 0)).toEqual([fenced, fenced, fenced])
    expect(await errors(2, 1)).toEqual([0, 0, 0])
    // Who follows may be read from (KIP-392), and no more.
    expect(await errors(1, 1)).toEqual([0, elsewhere, elsewhere])
    expect(await errors(1, -1)).toEqual([0, elsewhere, elsewhere])
    const records = [{ name: 't', partitions: [{ partitionIndex: 0, offset: -1 }] }]
    const deletion = await clientOf(broker, 1).call(deleteRecordsApi, 2, { topics: records, timeoutMs: 1_000 })
    expect(deletion.topics[0]!.partitions[0]!.errorCode).toBe(elsewhere)
  })

  test('tells readers who leads from version 16 on; before 11 only the leader is read from', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: { partitions: 1, replicationFactor: 1 } } })
    const client = clientOf(broker, 2)
    const { topicId } = await topicAt(client, 't')
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }]
    const ask = (version: number) =>
      client.call(fetchApi, version, { maxWaitMs: 0, minBytes: 1, topics: [{ topic: 't', topicId, partitions }] })
    const hinted = await ask(16)
    expect(hinted.responses[0]!.partitions[0]).toMatchObject({
      errorCode: code('NOT_LEADER_OR_FOLLOWER'),
      currentLeader: { leaderId: 1, leaderEpoch: 0 },
    })
    expect(hinted.nodeEndpoints).toMatchObject([{ nodeId: 1, host: 'node-1' }])
    const plain = await ask(15)
    expect(plain.responses[0]!.partitions[0]).toMatchObject({ currentLeader: { leaderId: -1 } })
    broker.createTopic('copied')
    const follower = (broker.control.leaderOf('copied', 0) % 3) + 1
    const topics = [{ topic: 'copied', partitions }]
    const read = async (version: number) => {
      const answer = await clientOf(broker, follower).call(fetchApi, version, { maxWaitMs: 0, minBytes: 1, topics })
      return answer.responses[0]!.partitions[0]!.errorCode
    }
    expect([await read(10), await read(11)]).toEqual([code('NOT_LEADER_OR_FOLLOWER'), 0])
  })

  test('answers a reader that waits, at once', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ nodes: 3, topics: { t: 1 }, clock })
    const reader = clientOf(broker, 1)
    let error: number | undefined
    const options = { maxWaitMs: 60_000, currentLeaderEpoch: 0 }
    void fetchFrom(reader, 't', [0], options).then((answer) => (error = answer[0]!.errorCode))
    await clock.settle()
    expect(error).toBeUndefined()
    broker.control.moveLeader('t', 0, 3)
    await clock.settle()
    expect(error).toBe(code('FENCED_LEADER_EPOCH'))
    expect(clock.pendingTimers).toBe(0)
  })

  test('leaves behind where its epoch ended', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
    await produceTo(clientOf(broker, 1), 't', 0, batchOf(['a', 'b']))
    for (const node of [2, 3]) broker.control.moveLeader('t', 0, node)
    await produceTo(clientOf(broker, 3), 't', 0, batchOf(['c']))
    broker.control.moveLeader('t', 0, 1)
    const ends = await Promise.all(
      [0, 1, 2, 3, 4].map(async (leaderEpoch) => {
        const topics = [{ topic: 't', partitions: [{ partition: 0, leaderEpoch }] }]
        const answer = await clientOf(broker, 1).call(offsetForLeaderEpochApi, 4, { topics })
        const end = answer.topics[0]!.partitions[0]!
        return [end.leaderEpoch, end.endOffset]
      }),
    )
    // In epoch 1 nothing was written; 4 has not begun.
    expect(ends).toEqual([
      [0, 2],
      [0, 2],
      [2, 3],
      [3, 3],
      [-1, -1],
    ])
    const fetched = await fetchFrom(clientOf(broker, 1), 't', [0])
    const batches = new DataView(fetched[0]!.records!.slice().buffer)
    expect(batches.getInt32(12)).toBe(0)
    expect(batches.getInt32(12 + 12 + batches.getInt32(8))).toBe(2)
  })

  test('goes to a node that is up and has a replica, or nowhere', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: { partitions: 1, replicationFactor: 2 } } })
    const { control } = broker
    expect(() => control.moveLeader('t', 0, 3)).toThrow('Node 3 has no replica of t-0; it is at 1, 2.')
    expect(() => control.moveLeader('t', 0, 4)).toThrow('There is no node 4; 1, 2, 3 are there.')
    expect(() => control.moveLeader('t', 1, 1)).toThrow('There is no partition 1 of a topic "t".')
    await control.stopNode(2)
    expect(() => control.moveLeader('t', 0, 2)).toThrow('Node 2 is down: startNode(2) brings it back.')
    control.moveLeader('t', 0, 1)
    expect(await placesOf(connectClient(broker), 't')).toEqual([[1, 0, '1,2', '1']])
  })
})

describe('a node that stops', () => {
  test('is gone with its connections and its offices; others lead what it led', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ nodes: 3, topics: { t: 3 }, clock })
    const [cut, stays] = [clientOf(broker, 1), clientOf(broker, 2)]
    void fetchFrom(cut, 't', [0], { maxWaitMs: 60_000 })
    await clock.settle()
    await broker.control.stopNode(1)
    await clock.settle()
    expect([cut.isClosed, stays.isClosed, clock.pendingTimers]).toEqual([true, false, 0])
    expect(() => clientOf(broker, 1)).toThrow('Node 1 of the broker is down.')
    expect(broker.control.controller).toBe(2)
    expect(broker.nodes().map(({ isUp }) => isUp)).toEqual([false, true, true])
    const answer = await through(clock, stays.call(metadataApi, 12, { topics: [{ name: 't' }] }))
    expect(answer.brokers.map(({ nodeId }) => nodeId)).toEqual([2, 3])
    expect(await through(clock, placesOf(stays, 't'))).toEqual([
      [2, 1, '1,2,3', '2,3'],
      [2, 0, '2,3,1', '2,3'],
      [3, 0, '3,1,2', '3,2'],
    ])
    expect(answer.topics[0]!.partitions[0]!.offlineReplicas).toEqual([1])
    await broker.control.startNode(1)
    // It follows: leaders stay where they are.
    expect(await through(clock, placesOf(clientOf(broker, 1), 't'))).toEqual([
      [2, 1, '1,2,3', '1,2,3'],
      [2, 0, '2,3,1', '2,3,1'],
      [3, 0, '3,1,2', '3,1,2'],
    ])
  })

  test('leaves what only it has without a leader until it is back', async () => {
    await using broker = createBroker({ nodes: 2, topics: { t: { partitions: 1, replicationFactor: 1 } } })
    await produceTo(clientOf(broker, 1), 't', 0, batchOf(['a']))
    await broker.control.stopNode(1)
    const client = clientOf(broker, 2)
    expect((await topicAt(client, 't')).partitions[0]).toMatchObject({
      errorCode: code('LEADER_NOT_AVAILABLE'),
      leaderId: -1,
      leaderEpoch: 1,
      isrNodes: [1],
      offlineReplicas: [1],
    })
    expect((await produceTo(client, 't', 0, batchOf(['b']))).errorCode).toBe(code('NOT_LEADER_OR_FOLLOWER'))
    await broker.control.startNode(1)
    expect((await topicAt(client, 't')).partitions[0]).toMatchObject({ errorCode: 0, leaderId: 1, leaderEpoch: 2 })
    expect((await produceTo(clientOf(broker, 1), 't', 0, batchOf(['b']))).baseOffset).toBe(1)
  })

  test('is waited for where it was the last in sync; a new topic is led by who is there', async () => {
    await using broker = createBroker({ nodes: 3, topics: { t: { partitions: 1, replicationFactor: 2 } } })
    const client = clientOf(broker, 3)
    await broker.control.stopNode(1)
    await broker.control.stopNode(2)
    await broker.control.startNode(1)
    expect(await placesOf(client, 't')).toEqual([[-1, 2, '1,2', '2']])
    await broker.control.startNode(2)
    expect(await placesOf(client, 't')).toEqual([[2, 3, '1,2', '1,2']])
    await broker.control.stopNode(2)
    broker.createTopic('u', 2, {})
    expect((await placesOf(client, 'u')).map(([leader]) => leader)).toEqual([3, 3])
  })

  test('makes writers wait that want more copies than there are', async () => {
    const configs = { 'min.insync.replicas': 2 }
    await using broker = createBroker({
      nodes: 3,
      topics: { t: { partitions: 1, configs }, single: { partitions: 1, replicationFactor: 1, configs } },
    })
    const write = async (topic: string, acks: number) => {
      const client = clientOf(broker, broker.control.leaderOf(topic, 0))
      return (await produceTo(client, topic, 0, batchOf(['a']), { acks })).errorCode
    }
    await broker.control.stopNode(1)
    expect(await write('t', -1)).toBe(0)
    await broker.control.stopNode(3)
    expect(await write('t', -1)).toBe(code('NOT_ENOUGH_REPLICAS'))
    expect(await write('t', 1)).toBe(0)
    // More than it has cannot be asked of a topic.
    expect(await write('single', -1)).toBe(0)
    await broker.control.startNode(3)
    expect(await write('t', -1)).toBe(0)
    expect(await broker.log('t', 0)).toHaveLength(3)
  })

  test('leaves nobody to connect to where it was the last', async () => {
    await using broker = createBroker()
    await broker.control.stopNode(1)
    expect(() => broker.connect()).toThrow(
      expect.objectContaining({ code: 'CONNECTION_FAILED', message: 'All nodes of the broker are down.' }),
    )
    expect([broker.control.controller, broker.control.coordinatorOf('group', 'g')]).toEqual([-1, -1])
    await broker.control.startNode(1)
    expect((await connectClient(broker).call(metadataApi, 12, { topics: [] })).controllerId).toBe(1)
    await expect(broker.control.stopNode(2)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(broker.control.startNode(2)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

test('requests of before KIP-590 are for the controller, later ones for any node', async () => {
  await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
  broker.control.moveController(3)
  const wanted = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  const create = async (node: number, version: number, name: string) => {
    const request = { timeoutMs: 1_000, topics: [{ name, ...wanted }] }
    return (await clientOf(broker, node).call(createTopicsApi, version, request)).topics[0]!.errorCode
  }
  const refused = code('NOT_CONTROLLER')
  expect([await create(1, 4, 'a'), await create(3, 4, 'a'), await create(1, 7, 'b')]).toEqual([refused, 0, 0])
  const deletion = { timeoutMs: 1_000, topicNames: ['a'] }
  const deleted = await clientOf(broker, 2).call(deleteTopicsApi, 3, deletion)
  const grown = await clientOf(broker, 2).call(createPartitionsApi, 1, {
    timeoutMs: 1_000,
    topics: [{ name: 'a', count: 2, assignments: null }],
  })
  expect([deleted.responses[0]!.errorCode, grown.results[0]!.errorCode]).toEqual([refused, refused])
  expect(broker.topics().map(({ name, partitions }) => `${name}:${partitions}`)).toEqual(['t:1', 'a:1', 'b:1'])
})

describe('a consumer in a rack', () => {
  const nodes = [{ rack: 'a' }, { rack: 'b' }, { rack: 'b' }]
  async function ask(broker: MemoryBroker, node: number, rackId: string, version = 11) {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }]
    const request = { maxWaitMs: 60_000, minBytes: 1_000_000, rackId, topics: [{ topic: 't', partitions }] }
    const answer = await clientOf(broker, node).call(fetchApi, version, request)
    const { errorCode, preferredReadReplica, records, highWatermark } = answer.responses[0]!.partitions[0]!
    return { errorCode, preferredReadReplica, bytes: records!.length, highWatermark }
  }

  test('is sent to a follower there at once, and reads from it', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ nodes, topics: { t: 1 }, clock })
    await through(clock, produceTo(clientOf(broker, 1), 't', 0, batchOf(['a'], { timestamp: clock.now() })))
    const sent = await through(clock, ask(broker, 1, 'b'))
    expect(sent).toEqual({ errorCode: 0, preferredReadReplica: 2, bytes: 0, highWatermark: 1 })
    const read = await through(clock, ask(broker, 2, 'b'), 60_000)
    expect(read).toMatchObject({ errorCode: 0, preferredReadReplica: -1 })
    expect(read.bytes).toBeGreaterThan(0)
    await broker.control.stopNode(2)
    expect(await through(clock, ask(broker, 1, 'b'))).toMatchObject({ preferredReadReplica: 3 })
  })

  test('stays with the leader where that is its rack, where nobody is, and where it names none', async () => {
    const clock = createVirtualClock()
    await using broker = createBroker({ nodes, topics: { t: 1 }, clock })
    await through(clock, produceTo(clientOf(broker, 1), 't', 0, batchOf(['a'], { timestamp: clock.now() })))
    for (const [rack, version] of [
      ['a', 11],
      ['c', 12],
      ['', 11],
    ] as const) {
      const reading = ask(broker, 1, rack, version)
      expect(await through(clock, reading, 60_000)).toMatchObject({ errorCode: 0, preferredReadReplica: -1 })
    }
    // A follower never sends on.
    broker.control.moveLeader('t', 0, 3)
    expect(await through(clock, ask(broker, 1, 'b'), 60_000)).toMatchObject({ errorCode: 0, preferredReadReplica: -1 })
  })
})

test('a fault can be for one node', async () => {
  await using broker = createBroker({ nodes: 2 })
  const seen: number[] = []
  broker.control.onRequest(({ node }) => seen.push(node))
  broker.control.on({ node: 2, api: 'Metadata' }).drop()
  const [one, two] = [clientOf(broker, 1), clientOf(broker, 2)]
  await one.call(metadataApi, 12, { topics: [] })
  void two.call(metadataApi, 12, { topics: [] })
  await expect.poll(() => two.isClosed).toBe(true)
  expect([one.isClosed, seen]).toEqual([false, [1, 2]])
})

test('replicas and epochs outlive the broker; with fewer nodes they are led by those that are left', async () => {
  const files = fakeFiles()
  {
    const { broker } = brokerOn(files, { nodes: 3, topics: { t: 3, gone: 1 } })
    broker.control.moveLeader('t', 0, 2)
    broker.control.moveLeader('t', 0, 3)
    await produceTo(clientOf(broker, 3), 't', 0, batchOf(['a']))
    broker.control.moveLeader('t', 0, 1)
    broker.control.moveLeader('gone', 0, 3)
    broker.deleteTopic('gone')
    await broker.close()
  }
  {
    const { broker } = brokerOn(files, { nodes: 3 })
    expect(await placesOf(connectClient(broker), 't')).toEqual([
      [1, 3, '1,2,3', '1,2,3'],
      [2, 0, '2,3,1', '2,3,1'],
      [3, 0, '3,1,2', '3,1,2'],
    ])
    const topics = [{ topic: 't', partitions: [{ partition: 0, leaderEpoch: 2 }] }]
    const ended = await clientOf(broker, 1).call(offsetForLeaderEpochApi, 4, { topics })
    expect(ended.topics[0]!.partitions[0]).toMatchObject({ leaderEpoch: 2, endOffset: 1 })
    broker.createTopic('gone', 1)
    expect((await placesOf(connectClient(broker), 'gone'))[0]![1]).toBe(0)
    await broker.close()
  }
  const { broker } = brokerOn(files, { nodes: 1, nodeId: 2 })
  expect(await placesOf(connectClient(broker), 't')).toEqual([
    [2, 3, '2', '2'],
    [2, 0, '2', '2'],
    [2, 0, '2', '2'],
  ])
  expect(await values(broker, 't')).toEqual(['a'])
  await broker.close()
})
