import { createVirtualClock } from '@partita/testing'
import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  deleteGroupsApi,
  describeGroupsApi,
  describeTransactionsApi,
  endTxnApi,
  findCoordinatorApi,
  heartbeatApi,
  initProducerIdApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  listTransactionsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  syncGroupApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import { expect, test } from 'vitest'
import { createBroker, type MemoryBroker } from '../src/index.ts'
import { type ApiClient, code, connectClient } from './api-client.ts'

const clientOf = (broker: MemoryBroker, node: number): ApiClient => connectClient(broker, 'test', node)
const nowhere = code('NOT_COORDINATOR')

const commit = (groupId: string) => ({
  groupId,
  topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }] }],
})

test('groups and transactional ids are spread by their hash, as Kafka spreads them over fifty partitions', async () => {
  await using broker = createBroker({ nodes: 3 })
  // Java's hashCode modulo 50 of these is 47, 48, 49, 0 (it is the lowest hash there is) and 40.
  const keys = ['a', 'b', 'c', 'polygenelubricants', 'orders-consumer']
  for (const { id } of broker.nodes()) {
    const request = { keyType: 0, coordinatorKeys: keys }
    const { coordinators } = await clientOf(broker, id).call(findCoordinatorApi, 4, request)
    expect(coordinators.map(({ nodeId }) => nodeId)).toEqual([3, 1, 2, 1, 2])
    expect(coordinators[0]).toMatchObject({ key: 'a', host: 'node-3', port: 9092, errorCode: 0 })
    const transaction = await clientOf(broker, id).call(findCoordinatorApi, 2, { keyType: 1, key: 'b' })
    expect(transaction).toMatchObject({ nodeId: 1, host: 'node-1', errorCode: 0 })
  }
})

test('every request about a group is for its coordinator', async () => {
  await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
  const errors = async (node: number): Promise<number[]> => {
    const client = clientOf(broker, node)
    const member = { groupId: 'g', memberId: 'm', generationId: 1 }
    const protocols = [{ name: 'range', metadata: new Uint8Array(0) }]
    const join = { groupId: 'g', memberId: 'm', sessionTimeoutMs: 10_000, protocolType: 'consumer', protocols }
    const assigned = await client.call(syncGroupApi, 5, { ...member, assignments: [] })
    const partitions = [{ partitionIndex: 0 }]
    const produced = { producerId: 1, producerEpoch: 0, transactionalId: 'x' }
    const staged = await client.call(txnOffsetCommitApi, 3, { ...commit('g'), ...member, ...produced })
    const committed = await client.call(offsetCommitApi, 8, commit('g'))
    const old = await client.call(offsetFetchApi, 5, {
      groupId: 'g',
      topics: [{ name: 't', partitionIndexes: [0] }],
    })
    const several = await client.call(offsetFetchApi, 8, { groups: [{ groupId: 'g', topics: null }] })
    const described = await client.call(describeGroupsApi, 5, { groups: ['g'] })
    const deleted = await client.call(offsetDeleteApi, 0, { groupId: 'g', topics: [{ name: 't', partitions }] })
    return [
      (await client.call(joinGroupApi, 5, join)).errorCode,
      (await client.call(heartbeatApi, 4, member)).errorCode,
      (await client.call(leaveGroupApi, 2, member)).errorCode,
      assigned.errorCode,
      staged.topics[0]!.partitions[0]!.errorCode,
      committed.topics[0]!.partitions[0]!.errorCode,
      old.errorCode,
      several.groups[0]!.errorCode,
      described.groups[0]!.errorCode,
      deleted.errorCode,
      (await client.call(deleteGroupsApi, 2, { groupsNames: ['g'] })).results[0]!.errorCode,
    ]
  }
  const home = broker.control.coordinatorOf('group', 'g')
  const others = [1, 2, 3].filter((id) => id !== home)
  for (const other of others) expect(await errors(other)).toEqual(Array.from({ length: 11 }, () => nowhere))
  // None of it came to anything.
  expect(broker.groups()).toEqual([])
  expect(await errors(home)).not.toContain(nowhere)
})

test('every request about a transaction is for its coordinator; an id without one is given out anywhere', async () => {
  await using broker = createBroker({ nodes: 3, topics: { t: 1 } })
  const producer = { producerId: 1, producerEpoch: 0 }
  const errors = async (node: number): Promise<number[]> => {
    const client = clientOf(broker, node)
    const added = await client.call(addPartitionsToTxnApi, 3, {
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: 1,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    })
    const described = await client.call(describeTransactionsApi, 0, { transactionalIds: ['x'] })
    const init = { transactionalId: 'x', transactionTimeoutMs: 1_000 }
    const end = { transactionalId: 'x', ...producer, committed: true }
    return [
      added.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode,
      (await client.call(addOffsetsToTxnApi, 3, { transactionalId: 'x', ...producer, groupId: 'g' })).errorCode,
      (await client.call(endTxnApi, 3, end)).errorCode,
      described.transactionStates[0]!.errorCode,
      (await client.call(initProducerIdApi, 4, init)).errorCode,
    ]
  }
  const home = broker.control.coordinatorOf('transaction', 'x')
  const listedBy = async (node: number) =>
    (await clientOf(broker, node).call(listTransactionsApi, 0, { stateFilters: [], producerIdFilters: [] }))
      .transactionStates.length
  for (const other of [1, 2, 3].filter((id) => id !== home)) {
    expect(await errors(other)).toEqual(Array.from({ length: 5 }, () => nowhere))
    const anyone = { transactionalId: null, transactionTimeoutMs: 0 }
    expect((await clientOf(broker, other).call(initProducerIdApi, 4, anyone)).errorCode).toBe(0)
  }
  expect(await errors(home)).not.toContain(nowhere)
  expect((await Promise.all([1, 2, 3].map(listedBy))).map((count, i) => count === (i + 1 === home ? 1 : 0))).toEqual([
    true,
    true,
    true,
  ])
})

test('a coordinator that moves takes what it knows along, and answers members that wait', async () => {
  const clock = createVirtualClock()
  await using broker = createBroker({
    nodes: 3,
    topics: { t: 1 },
    clock,
    configs: { 'group.initial.rebalance.delay.ms': 3_000 },
  })
  broker.control.moveCoordinator('group', 'g', 1)
  const [one, two] = [clientOf(broker, 1), clientOf(broker, 2)]
  await Promise.all([one.call(offsetCommitApi, 8, commit('g')), clock.settle()])
  const protocols = [{ name: 'range', metadata: new Uint8Array(0) }]
  const join = {
    groupId: 'g',
    memberId: '',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocolType: 'consumer',
    protocols,
  }
  let refused: number | undefined
  const waiting = one.call(joinGroupApi, 3, join)
  void waiting.then(({ errorCode }) => (refused = errorCode))
  await clock.settle()
  expect(refused).toBeUndefined()
  // What moves elsewhere is none of its business.
  broker.control.moveController(3)
  await clock.settle()
  expect(refused).toBeUndefined()
  broker.control.moveCoordinator('group', 'g', 2)
  await clock.settle()
  expect(refused).toBe(nowhere)
  const asked = two.call(offsetFetchApi, 5, { groupId: 'g', topics: null })
  await clock.settle()
  expect((await asked).topics[0]!.partitions[0]!.committedOffset).toBe(5)
  const listed = Promise.all([1, 2, 3].map((id) => clientOf(broker, id).call(listGroupsApi, 4, {})))
  await clock.settle()
  expect((await listed).map(({ groups }) => groups.map(({ groupId }) => groupId))).toEqual([[], ['g'], []])
})

test('the work of a node that stops goes to the next ones, and stays there', async () => {
  await using broker = createBroker({ nodes: 3 })
  const { control } = broker
  const ids = Array.from({ length: 200 }, (_, i) => `group-${i}`)
  const before = ids.map((id) => control.coordinatorOf('group', id))
  expect(new Set(before)).toEqual(new Set([1, 2, 3]))
  await control.stopNode(2)
  const after = ids.map((id) => control.coordinatorOf('group', id))
  expect(after).toEqual(before.map((node) => (node === 2 ? 3 : node)))
  await control.startNode(2)
  expect(ids.map((id) => control.coordinatorOf('group', id))).toEqual(after)
  expect(() => control.moveCoordinator('group', '', 2)).toThrow('key')
})
