import { describe, expect, it } from 'vitest'
import { judgeLog, type LoggedRecord } from '../src/leader-loss/judge-log.ts'
import { kafkajsStage, nativeStage, type Stage, topic } from './faults/stage.ts'

// A wrong password and a wrong certificate: security.test.ts. Nodes that stop: several-nodes.test.ts.

/** Kafka's numbers of the APIs. */
const produce = 0
const fetch = 1

describe.each([['native', nativeStage] as const, ['kafkajs', kafkajsStage] as const])('over %s', (_, open) => {
  it.each<[string, (stage: Stage) => { readonly hits: number }[]]>([
    [
      'a connection that is cut in the middle of an answer',
      ({ wire }) => [wire.meddle(produce, 'cut'), wire.meddle(fetch, 'cut')],
    ],
    [
      'an answer that never comes',
      ({ broker: { control } }) => [control.on({ api: 'Produce' }).swallow(), control.on({ api: 'Fetch' }).swallow()],
    ],
    ['an answer to another request', ({ wire }) => [wire.meddle(produce, 'other-id'), wire.meddle(fetch, 'other-id')]],
  ])('%s costs a retry, no record, and no order', async (__, strike) => {
    await using stage = await open()
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a']))
    await stage.until(() => handled.length === 1)
    const struck = strike(stage)
    const sent = ['a']
    while (struck.some(({ hits }) => hits === 0)) {
      const values = [`b-${sent.length}`, `c-${sent.length}`]
      sent.push(...values)
      await stage.ended(stage.send(producer, values))
    }
    await stage.until(() => handled.length >= sent.length)
    expect(await stage.logged()).toEqual(sent)
    expect(handled).toEqual(sent)
    expect(producer.metrics().retries).toBeGreaterThan(0)
  })

  it('a full disk holds records back until it has room, in order', async () => {
    await using stage = await open()
    const { control } = stage.broker
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a']))
    control.failDisk({ topic, error: 'ENOSPC: no space left on device' })
    const sent = Promise.all([stage.send(producer, ['b', 'c']), stage.send(producer, ['d'])])
    await stage.until(() => producer.metrics().retries >= 3)
    expect(producer.metrics().recordsPending).toBe(3)
    control.healDisk()
    await stage.ended(sent)
    await stage.until(() => handled.length >= 4)
    expect(await stage.logged()).toEqual(['a', 'b', 'c', 'd'])
    expect(handled).toEqual(['a', 'b', 'c', 'd'])
  })

  it('a throttle answer is obeyed: that broker gets no request until the time is over, the others do', async () => {
    await using stage = await open({ nodes: 2, topics: { [topic]: 2 } })
    const { control } = stage.broker
    const times: Record<number, number[]> = { 1: [], 2: [] }
    control.onRequest(({ api, node }) => api === 'Produce' && times[node]!.push(stage.transport.clock.monotonic()))
    const slow = [0, 1].find((partition) => control.leaderOf(topic, partition) === 1)!
    const producer = stage.producer({ requestTimeoutMs: 10_000 })
    const send = (partition: number): Promise<unknown> => producer.send({ topic, partition, value: 'x' })
    const rule = control.on({ api: 'Produce', node: 1 }).throttle(400)
    await stage.ended(send(slow))
    const waiting = send(slow)
    for (let i = 0; i < 5; i++) await stage.ended(send(1 - slow))
    await stage.ended(waiting)
    expect(rule.hits).toBe(1)
    const [first, second] = times[1]!
    expect(second! - first!).toBeGreaterThanOrEqual(390)
    expect(times[2]!.some((at) => at < second!)).toBe(true)
    expect(producer.metrics().retries).toBe(0)
  })

  it('a controller that changes while topics are created: each is there once', async () => {
    await using stage = await open({ nodes: 3, autoCreateTopics: false })
    const { control } = stage.broker
    const admin = stage.transport.openAdmin()
    let moves = 0
    control.onRequest(({ api, node }) => {
      if (api !== 'CreateTopics' || moves >= 2) return
      moves += 1
      control.moveController((node % 3) + 1)
    })
    control.on({ api: 'CreateTopics', where: ({ node }) => node === control.controller }).fail('NOT_CONTROLLER')
    const names = ['one', 'two']
    for (const name of names) await stage.ended(admin.createTopics([{ topic: name, numPartitions: 2 }]))
    expect(moves).toBe(2)
    expect((await stage.ended(admin.listTopics())).toSorted()).toEqual([topic, ...names].toSorted())
    await stage.ended(admin.close())
  })

  it('a coordinator that moves, and has to load first, while a group commits: nothing is handled twice', async () => {
    await using stage = await open({ nodes: 3 })
    const { control } = stage.broker
    const loading = control.on({ api: 'OffsetCommit' }).times(2).fail('COORDINATOR_LOAD_IN_PROGRESS')
    let moves = 0
    control.onRequest(({ api, node }) => {
      if (api !== 'OffsetCommit' || loading.remaining > 0 || moves >= 2) return
      moves += 1
      control.moveCoordinator('group', 'billing', (node % 3) + 1)
    })
    const handled = stage.consume()
    const producer = stage.producer()
    const committed = (): number => stage.broker.group('billing')?.offsets[0]?.offset ?? 0
    for (const [i, value] of ['a', 'b', 'c', 'd'].entries()) {
      await stage.ended(stage.send(producer, [value]))
      await stage.until(() => committed() > i)
    }
    expect([loading.hits, moves]).toEqual([2, 2])
    expect(handled).toEqual(['a', 'b', 'c', 'd'])
    expect(stage.broker.group('billing')).toMatchObject({ state: 'Stable', generation: 1 })
  })

  it('a consumer reads from the follower of its rack, and from the leader once that is gone (KIP-392)', async () => {
    await using stage = await open({ nodes: [{ rack: 'a' }, { rack: 'b' }] })
    const { control } = stage.broker
    control.moveLeader(topic, 0, 1)
    control.moveCoordinator('group', 'billing', 1)
    const nodes: number[] = []
    control.onRequest(({ api, node }) => api === 'Fetch' && nodes.push(node))
    const handled = stage.consume({ clientRack: 'b' })
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a']))
    await stage.until(() => nodes.at(-1) === 2)
    await stage.ended(stage.send(producer, ['b']))
    await stage.until(() => handled.length >= 2)
    expect(nodes.at(-1)).toBe(2)
    await control.stopNode(2)
    await stage.ended(stage.send(producer, ['c']))
    await stage.until(() => handled.length >= 3)
    expect(nodes.at(-1)).toBe(1)
    expect(handled).toEqual(['a', 'b', 'c'])
  })

  it('a compacted log, with batches that have lost all their records, is read to its end', async () => {
    const configs = { 'cleanup.policy': 'compact', 'segment.bytes': 14 }
    await using stage = await open({ topics: { [topic]: { partitions: 1, configs } } })
    // The last batch of each producer outlives its records: it is what the producer is known by.
    for (let i = 0; i < 12; i++) {
      const producer = stage.producer()
      await stage.ended(producer.send({ topic, key: `k${i % 3}`, value: String(i) }))
    }
    await stage.broker.control.cleanLogs()
    const left = await stage.logged()
    expect(left.length).toBeLessThan(6)
    const handled = stage.consume({ fetchMaxBytes: 200, maxPartitionFetchBytes: 200 })
    await stage.until(() => handled.length >= left.length && stage.broker.group('billing')?.offsets[0]?.offset === 12)
    expect(handled).toEqual(left)
  })

  it('a topic that is deleted and made anew under producer and consumer goes on from its beginning', async () => {
    await using stage = await open({ autoCreateTopics: false })
    const { broker } = stage
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a', 'b', 'c']))
    await stage.until(() => handled.length === 3)
    broker.deleteTopic(topic)
    broker.createTopic(topic, 1)
    await stage.ended(stage.send(producer, ['d']))
    await stage.ended(stage.send(producer, ['e']))
    await stage.until(() => handled.length >= 5)
    expect(await stage.logged()).toEqual(['d', 'e'])
    expect(handled).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

describe('over native', () => {
  it('a topic that is made anew is read from its beginning, also where it already has more than was read of the old one', async () => {
    await using stage = await nativeStage({ autoCreateTopics: false })
    const { broker } = stage
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a', 'b']))
    await stage.until(() => handled.length === 2)
    const resting = broker.control.on({ api: 'Fetch' }).always().fail('NOT_LEADER_OR_FOLLOWER')
    broker.deleteTopic(topic)
    broker.createTopic(topic, 1)
    await stage.ended(stage.send(producer, ['d', 'e', 'f', 'g']))
    resting.remove()
    await stage.until(() => handled.length >= 6)
    expect(handled).toEqual(['a', 'b', 'd', 'e', 'f', 'g'])
  })

  it('a broker that moves every partition each second: nothing is lost, twice, out of order or late', async () => {
    const partitions = 6
    await using stage = await nativeStage({ nodes: 3, topics: { [topic]: partitions } }, 50)
    const { broker, transport } = stage
    const { control } = broker
    const { clock } = transport
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(producer.partitionsFor(topic))
    await stage.until(() => broker.group('billing')?.state === 'Stable')
    let misled = 0
    control.onRequest(({ api, node, partitions: asked }) => {
      const isElsewhere = asked.some((place) => control.leaderOf(place.topic, place.partition) !== node)
      if (api === 'Produce' && isElsewhere) misled += 1
    })
    const acknowledged = new Map<string, Set<number>>(Array.from({ length: 40 }, (_, i) => [`key-${i}`, new Set()]))
    let slowest = 0
    let mostInFlight = 0
    const send = async (key: string, counter: number): Promise<void> => {
      const sentAt = clock.monotonic()
      await producer.send({ topic, key, value: `${key}/${counter}` })
      acknowledged.get(key)!.add(counter)
      slowest = Math.max(slowest, clock.monotonic() - sentAt)
    }
    const sends: Promise<void>[] = []
    for (let wave = 0; wave < 100; wave++) {
      if (wave % 20 === 10) {
        for (let each = 0; each < partitions; each++)
          control.moveLeader(topic, each, (control.leaderOf(topic, each) % 3) + 1)
      }
      for (const key of acknowledged.keys()) sends.push(send(key, wave))
      mostInFlight = Math.max(mostInFlight, producer.metrics().recordsPending)
      const next = clock.monotonic() + 50
      clock.setTimer(50, () => undefined)
      await stage.until(() => clock.monotonic() >= next)
    }
    await stage.ended(Promise.all(sends))
    const log = (await Promise.all(Array.from({ length: partitions }, (_, each) => stage.logged(each)))).flat()
    await stage.until(() => handled.length >= log.length)
    const verdict = { records: 4_000, lost: 0, duplicated: 0, outOfOrder: 0 }
    expect(judgeLog(log.map(recordOf), acknowledged)).toEqual(verdict)
    expect(judgeLog(handled.map(recordOf), acknowledged)).toEqual(verdict)
    // Else nothing was shown.
    expect(misled).toBeGreaterThanOrEqual(10)
    expect(mostInFlight).toBeGreaterThan(200)
    // There and back takes 100 ms. To the old leader, then to the new one, both behind a batch that has to go the same way;
    // there is no room for a pause (KIP-951).
    expect(slowest).toBeLessThanOrEqual(350)
  })

  it('a coordinator that moves, and has to load first, while a transaction commits: it counts once', async () => {
    await using stage = await nativeStage({ nodes: 3 })
    const { control } = stage.broker
    const handled = stage.consume({ isolationLevel: 'read_committed' })
    const producer = stage.producer({ transactionalId: 'invoices' })
    const transaction = (value: string): Promise<unknown> =>
      stage.ended(producer.transaction((tx) => void tx.send({ topic, key: 'k', value })))
    const loading = control.on({ api: 'EndTxn' }).times(2).fail('COORDINATOR_LOAD_IN_PROGRESS')
    const lost = control.on({ api: 'EndTxn', where: () => loading.remaining === 0 }).loseAnswer()
    let moves = 0
    control.onRequest(({ api, node }) => {
      if (!['EndTxn', 'InitProducerId', 'AddPartitionsToTxn'].includes(api) || moves >= 4) return
      moves += 1
      control.moveCoordinator('transaction', 'invoices', (node % 3) + 1)
    })
    for (const value of ['a', 'b', 'c']) await transaction(value)
    await stage.until(() => handled.length >= 3)
    expect(handled).toEqual(['a', 'b', 'c'])
    expect([loading.hits, lost.hits, moves]).toEqual([2, 1, 4])
    expect(await stage.logged()).toEqual(['a', 'b', 'c'])
    expect(producer.metrics()).toMatchObject({
      transactionsCommitted: 3,
      transactionsAborted: 0,
      transactionsInDoubt: 0,
    })
  })

  it('a new leader is asked where the old one ended before it is read on, by the epoch that it leads in (KIP-320)', async () => {
    await using stage = await nativeStage({ nodes: 3 })
    const { control } = stage.broker
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a', 'b']))
    await stage.until(() => handled.length === 2)
    const asked: unknown[] = []
    control.onRequest(({ api, node, body }) => {
      if (api === 'OffsetForLeaderEpoch') asked.push({ node, ...(body as EpochQuestions).topics[0]!.partitions[0] })
      if (api === 'Fetch' && asked.length < 3) asked.push('Fetch')
    })
    // The follower has not heard of its leadership yet.
    const unheard = control.on({ api: 'OffsetForLeaderEpoch' }).times(2).fail('UNKNOWN_LEADER_EPOCH')
    const [from, to] = [control.leaderOf(topic, 0), (control.leaderOf(topic, 0) % 3) + 1]
    control.moveLeader(topic, 0, to)
    await stage.ended(stage.send(producer, ['c']))
    await stage.until(() => handled.length >= 3)
    expect(unheard.hits).toBe(2)
    expect(from).not.toBe(to)
    expect(asked).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ node: to, leaderEpoch: 0, currentLeaderEpoch: 1 })),
    )
    expect(handled).toEqual(['a', 'b', 'c'])
  })

  it('a leader of an older epoch is fenced, and nothing is read or written twice', async () => {
    await using stage = await nativeStage({ nodes: 3 })
    const { control } = stage.broker
    const handled = stage.consume()
    const producer = stage.producer()
    await stage.ended(stage.send(producer, ['a']))
    await stage.until(() => handled.length === 1)
    const fenced = control.on({ api: 'Fetch' }).times(2).fail('FENCED_LEADER_EPOCH')
    for (const value of ['b', 'c', 'd']) {
      // There and back: the node that is known leads again, two epochs later.
      const leader = control.leaderOf(topic, 0)
      control.moveLeader(topic, 0, (leader % 3) + 1)
      control.moveLeader(topic, 0, leader)
      await stage.ended(stage.send(producer, [value]))
    }
    await stage.until(() => handled.length >= 4)
    expect(fenced.hits).toBe(2)
    expect(handled).toEqual(['a', 'b', 'c', 'd'])
    expect(await stage.logged()).toEqual(['a', 'b', 'c', 'd'])
  })
})

interface EpochQuestions {
  readonly topics: readonly { readonly partitions: readonly object[] }[]
}

function recordOf(value: string): LoggedRecord {
  const [key, counter] = value.split('/') as [string, string]
  return { partition: 0, key, counter: Number(counter) }
}
