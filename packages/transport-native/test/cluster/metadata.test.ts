import { describe, expect, it } from 'vitest'
import { failure, handled } from '../network/failure.ts'
import { during, refusedTopic, toldCluster, topicLedBy, uuid, type ToldCluster } from './cluster-harness.ts'

/** The topics of each metadata request, but for those that ask for the nodes only. */
function askedTopics({ broker }: ToldCluster): (string | null)[][] {
  const asked = broker.requests.flatMap((each) => (each.name === 'Metadata' ? [each.body.topics ?? []] : []))
  return asked.filter(({ length }) => length > 0).map((topics) => topics.map(({ name }) => name))
}

describe('metadata', () => {
  it('of topics that are wanted in one turn is asked for together, and each is told once', async () => {
    const told = toldCluster()
    for (const name of ['a', 'b']) told.topics.set(name, topicLedBy(name, [1, 2]))
    const cluster = told.open()
    const wanted = [cluster.topic('a'), cluster.topic('b'), cluster.topic('a')]
    const [a, b, sameA] = await during(told.clock, Promise.all(wanted))
    expect(askedTopics(told)).toEqual([['a', 'b']])
    expect(a).toEqual({
      topic: 'a',
      topicId: uuid(1),
      partitions: [
        { partition: 0, leader: 1, leaderEpoch: 0 },
        { partition: 1, leader: 2, leaderEpoch: 0 },
      ],
    })
    expect(b!.topic).toBe('b')
    expect(sameA).toBe(a)
    expect(cluster.cachedTopic('a')).toBe(a)
    expect(cluster.topicName(uuid(1))).toBe('b')
  })

  it('of the first topics comes with the nodes: the broker that is found first is asked for both', async () => {
    const told = toldCluster()
    told.topics.set('a', topicLedBy('a', [2]))
    const cluster = told.open()
    expect(await during(told.clock, cluster.topic('a'))).toMatchObject({ topic: 'a' })
    expect(told.broker.requests.map(({ name }) => name)).toEqual(['ApiVersions', 'Metadata'])
    expect(cluster.nodes()).toEqual([1, 2, 3])
  })

  it('is asked for once at a time; who wants news waits for a request that left later', async () => {
    const told = toldCluster()
    for (const name of ['a', 'b', 'c']) told.topics.set(name, topicLedBy(name, [1], uuid(name.charCodeAt(0) - 96)))
    const cluster = told.open()
    await during(told.clock, cluster.anyNode())
    const first = cluster.topic('a')
    await Promise.resolve()
    const sameRound = cluster.topic('a')
    const news = cluster.topic('a', { refresh: true })
    const others = [cluster.topic('b'), cluster.topic('c', { refresh: true })]
    await during(told.clock, Promise.all([first, sameRound, news, ...others]))
    expect(askedTopics(told)).toEqual([['a'], ['a', 'b', 'c']])
    expect(cluster.topicName(uuid(2))).toBe('b')
  })

  it('of one topic that is refused is no other topic’s business', async () => {
    const told = toldCluster()
    told.topics.set('good', topicLedBy('good', [1]))
    told.topics.set('secret', refusedTopic('secret', 29))
    told.topics.set('young', refusedTopic('young', 5))
    const cluster = told.open()
    const wanted = ['good', 'missing', 'secret', 'young', 'not a name!'].map((name) => handled(cluster.topic(name)))
    const [good, missing, secret, young, wrong] = wanted
    expect(await during(told.clock, good!)).toMatchObject({ topic: 'good' })
    expect(await failure(missing!)).toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      retriable: true,
      place: { topic: 'missing' },
    })
    expect(await failure(secret!)).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED', retriable: false })
    expect(await failure(young!)).toMatchObject({ code: 'LEADER_NOT_AVAILABLE', retriable: true })
    expect(await failure(wrong!)).toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION', retriable: false })
    expect(askedTopics(told)).toEqual([['good', 'missing', 'secret', 'young']])
  })

  it('is good for metadataMaxAgeMs', async () => {
    const told = toldCluster()
    told.topics.set('a', topicLedBy('a', [1]))
    const cluster = told.open({ metadataMaxAgeMs: 1_000 })
    await during(told.clock, cluster.topic('a'))
    await told.clock.advance(1_000)
    await during(told.clock, cluster.topic('a'))
    expect(askedTopics(told)).toHaveLength(1)
    await told.clock.advance(1)
    await during(told.clock, cluster.topic('a'))
    expect(askedTopics(told)).toHaveLength(2)
  })

  it('asks for creation only where the session wants it', async () => {
    for (const allowAutoTopicCreation of [true, false]) {
      const told = toldCluster()
      told.topics.set('a', topicLedBy('a', [1]))
      await during(told.clock, told.open({ allowAutoTopicCreation }).topic('a'))
      const asked = told.broker.requests.findLast(({ name }) => name === 'Metadata')
      expect(asked).toMatchObject({ body: { allowAutoTopicCreation } })
    }
  })

  it('comes from another node where the first breaks', async () => {
    const told = toldCluster()
    told.topics.set('a', topicLedBy('a', [1]))
    const cluster = told.open()
    await during(told.clock, cluster.anyNode())
    const wanted = cluster.topic('a')
    await Promise.resolve()
    await Promise.resolve()
    told.broker.connections[0]!.cut()
    told.broker.unreachable.set('node-1:1', new Error('down'))
    expect(await during(told.clock, wanted)).toMatchObject({ topic: 'a' })
    expect(told.broker.connections.length).toBeGreaterThan(1)
  })

  it('with a hole in it is refused rather than shifted', async () => {
    const told = toldCluster()
    const { partitions, ...topic } = topicLedBy('a', [1, 2, 3])
    told.topics.set('a', { ...topic, partitions: partitions.filter(({ partitionIndex }) => partitionIndex !== 1) })
    expect(await failure(during(told.clock, told.open().topic('a')))).toMatchObject({
      code: 'MALFORMED',
      retriable: true,
    })
  })

  it('tells the controller, and tells it anew when asked', async () => {
    const told = toldCluster()
    const cluster = told.open()
    expect(await during(told.clock, cluster.controller())).toBe(1)
    told.controllerId = 3
    expect(await during(told.clock, cluster.controller())).toBe(1)
    expect(await during(told.clock, cluster.controller({ refresh: true }))).toBe(3)
    told.controllerId = -1
    const none = cluster.controller({ refresh: true })
    expect(await failure(during(told.clock, none))).toMatchObject({ code: 'NOT_CONTROLLER', retriable: true })
  })
})

describe('what is known of leaders', () => {
  async function known(leaderEpoch: number): Promise<{ told: ToldCluster; cluster: ReturnType<ToldCluster['open']> }> {
    const told = toldCluster()
    told.topics.set('a', topicLedBy('a', [1, 1], uuid(1), leaderEpoch))
    const cluster = told.open()
    await during(told.clock, cluster.topic('a'))
    return { told, cluster }
  }

  it('is not undone by a broker that has not yet heard of it', async () => {
    const { told, cluster } = await known(5)
    told.topics.set('a', topicLedBy('a', [2, 2], uuid(1), 4))
    expect((await during(told.clock, cluster.topic('a', { refresh: true }))).partitions).toEqual([
      { partition: 0, leader: 1, leaderEpoch: 5 },
      { partition: 1, leader: 1, leaderEpoch: 5 },
    ])
    told.topics.set('a', topicLedBy('a', [-1, 3], uuid(1), 5))
    const { partitions } = await during(told.clock, cluster.topic('a', { refresh: true }))
    expect(partitions.map(({ leader }) => leader)).toEqual([-1, 3])
  })

  it('begins anew with a topic that was made again', async () => {
    const { told, cluster } = await known(5)
    told.topics.set('a', topicLedBy('a', [2], uuid(2), 0))
    const topic = await during(told.clock, cluster.topic('a', { refresh: true }))
    expect(topic).toEqual({ topic: 'a', topicId: uuid(2), partitions: [{ partition: 0, leader: 2, leaderEpoch: 0 }] })
    expect([cluster.topicName(uuid(1)), cluster.topicName(uuid(2))]).toEqual([undefined, 'a'])
  })

  it('goes with a topic that is gone', async () => {
    const { told, cluster } = await known(5)
    told.topics.delete('a')
    await failure(during(told.clock, cluster.topic('a', { refresh: true })))
    expect([cluster.cachedTopic('a'), cluster.topicName(uuid(1))]).toEqual([undefined, undefined])
  })

  it('is learnt from answers, where the epoch is newer', async () => {
    const { cluster } = await known(5)
    const leaders = (): unknown => cluster.cachedTopic('a')?.partitions.map((each) => [each.leader, each.leaderEpoch])
    cluster.learnLeader('a', 1, { node: 2, leaderEpoch: 5 })
    cluster.learnLeader('a', 1, { node: 2, leaderEpoch: 4 })
    cluster.learnLeader('a', 9, { node: 2, leaderEpoch: 9 })
    cluster.learnLeader('b', 0, { node: 2, leaderEpoch: 9 })
    cluster.learnLeader('a', 1, { node: 44, leaderEpoch: 9 })
    expect(leaders()).toEqual([
      [1, 5],
      [1, 5],
    ])
    const before = cluster.cachedTopic('a')
    cluster.learnLeader('a', 1, { node: 2, leaderEpoch: 6 })
    cluster.learnLeader('a', 0, { node: 44, leaderEpoch: 7 }, { host: 'node-44', port: 44 })
    expect(leaders()).toEqual([
      [44, 7],
      [2, 6],
    ])
    expect(before?.partitions[1]).toEqual({ partition: 1, leader: 1, leaderEpoch: 5 })
    expect(cluster.nodes()).toContain(44)
  })
})
