import { describe, expect, it } from 'vitest'
import { failure, handled } from '../network/failure.ts'
import { silence } from '../network/fake-broker.ts'
import { topicLedBy } from '../cluster/cluster-harness.ts'
import { adminHarness } from './admin-harness.ts'

const created = { errorCode: 0 }

describe('creating topics', () => {
  it('asks the controller, with -1 for what is left to the broker, and waits until all nodes know the leaders', async () => {
    const harness = adminHarness()
    const { broker, clock, topics, admin } = harness
    harness.controllerId = 2
    broker.on('CreateTopics', ({ body }) => ({ topics: body.topics.map(({ name }) => ({ name, ...created })) }))
    topics.set('a', topicLedBy('a', [1, -1]))
    topics.set('b', topicLedBy('b', [3]))
    const creating = admin.createTopics([
      { topic: 'a', numPartitions: 2, replicationFactor: 3, configs: { 'cleanup.policy': 'compact' } },
      { topic: 'b' },
    ])
    let isDone = false
    void creating.then(() => (isDone = true))
    await clock.advance(300)
    expect(isDone).toBe(false)
    topics.set('a', topicLedBy('a', [1, 2]))
    await harness.settled(creating)
    expect(harness.nodesAsked('CreateTopics')).toEqual([2])
    expect(new Set(harness.nodesAsked('Metadata'))).toEqual(new Set([1, 2, 3]))
    const { body } = broker.requests.find(({ name }) => name === 'CreateTopics')!
    expect(body).toMatchObject({
      topics: [
        { name: 'a', numPartitions: 2, replicationFactor: 3, configs: [{ name: 'cleanup.policy', value: 'compact' }] },
        { name: 'b', numPartitions: -1, replicationFactor: -1, configs: [] },
      ],
    })
  })

  it('goes to the new controller where the old one is none any more', async () => {
    const harness = adminHarness()
    harness.topics.set('a', topicLedBy('a', [1]))
    harness.broker.on('CreateTopics', (_, { address }) => {
      harness.controllerId = 3
      return { topics: [{ name: 'a', errorCode: address === 'node-3:3' ? 0 : 41 }] }
    })
    await harness.settled(harness.admin.createTopics([{ topic: 'a' }]))
    expect(harness.nodesAsked('CreateTopics')).toEqual([1, 3])
  })

  it('asks again only for those that can be made a moment later, and names each that cannot', async () => {
    const harness = adminHarness()
    const asked: string[][] = []
    harness.broker.on('CreateTopics', ({ body }) => {
      asked.push(body.topics.map(({ name }) => name))
      const codes: Record<string, number> = { a: 0, b: 36, c: asked.length === 1 ? 89 : 0, d: 37 }
      return {
        topics: body.topics.map(({ name }) => ({ name, errorCode: codes[name]!, errorMessage: `${name} says no` })),
      }
    })
    const creating = harness.admin.createTopics(['a', 'b', 'c', 'd'].map((topic) => ({ topic })))
    const error = await failure(harness.settled(creating))
    expect(asked).toEqual([['a', 'b', 'c', 'd'], ['c']])
    expect(error).toMatchObject({ code: 'TOPIC_ALREADY_EXISTS', retriable: false, place: { topic: 'b' } })
    expect(error.message).toMatch(
      /^2 were refused:\n- d says no.*topic d\)\n- b says no[^(]*\(api CreateTopics, topic b\)$/,
    )
  })

  it('is not repeated where it may have been done already', async () => {
    const harness = adminHarness()
    harness.broker.on('CreateTopics', (_, connection) => {
      connection.cut()
      return silence
    })
    const error = await failure(harness.settled(harness.admin.createTopics([{ topic: 'a' }])))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', ambiguous: true })
    expect(harness.broker.count('CreateTopics')).toBe(1)
  })

  it('gives up at its time, with the last reason', async () => {
    const harness = adminHarness()
    harness.broker.on('CreateTopics', () => ({ topics: [{ name: 'a', errorCode: 41 }] }))
    const error = await failure(harness.settled(harness.admin.createTopics([{ topic: 'a' }])))
    expect(error).toMatchObject({ code: 'NOT_CONTROLLER', retriable: true, place: { topic: 'a' } })
    expect(harness.clock.monotonic()).toBeLessThanOrEqual(1_000)
    expect(harness.broker.count('CreateTopics')).toBeGreaterThan(2)
  })

  it('refuses a name that cannot be before anything is made', async () => {
    const harness = adminHarness()
    const error = await failure(harness.admin.createTopics([{ topic: 'a' }, { topic: 'b c' }]))
    expect(error).toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
    expect(harness.broker.requests).toEqual([])
  })

  it('ends when the session closes, also between two attempts', async () => {
    const harness = adminHarness()
    harness.broker.on('CreateTopics', () => ({ topics: [{ name: 'a', errorCode: 41 }] }))
    const creating = handled(harness.admin.createTopics([{ topic: 'a' }]))
    await harness.clock.advance(10)
    await harness.admin.close()
    await harness.admin.close()
    expect(await failure(harness.settled(creating))).toMatchObject({ code: 'CLOSED' })
    expect(await failure(harness.settled(harness.admin.listTopics()))).toMatchObject({ code: 'CLOSED' })
    expect(harness.clock.pendingTimers).toBe(0)
  })
})

describe('topics that are there', () => {
  it('are deleted by name, and one that is not there is named', async () => {
    const harness = adminHarness()
    harness.broker.on('DeleteTopics', ({ body }) => ({
      responses: body.topics.map(({ name }) => ({ name, errorCode: name === 'b' ? 3 : 0 })),
    }))
    await harness.settled(harness.admin.deleteTopics(['a']))
    const error = await failure(harness.settled(harness.admin.deleteTopics(['a', 'b'])))
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', place: { topic: 'b' } })
    expect(harness.broker.count('DeleteTopics')).toBe(2)
  })

  it('grow, and are waited for', async () => {
    const harness = adminHarness()
    harness.topics.set('a', topicLedBy('a', [1]))
    harness.broker.on('CreatePartitions', ({ body }) => ({
      results: body.topics.map(({ name, count }) => ({ name, errorCode: count < 2 ? 37 : 0, errorMessage: 'too few' })),
    }))
    const growing = harness.admin.createPartitions('a', 3)
    await harness.clock.advance(200)
    harness.topics.set('a', topicLedBy('a', [1, 2, 3]))
    await harness.settled(growing)
    const error = await failure(harness.settled(harness.admin.createPartitions('a', 1)))
    expect(error).toMatchObject({ code: 'INVALID_PARTITIONS', place: { topic: 'a' } })
  })

  it('are listed without those of Kafka itself, and described as they are now', async () => {
    const harness = adminHarness()
    harness.topics.set('a', topicLedBy('a', [1]))
    harness.topics.set('__consumer_offsets', { ...topicLedBy('__consumer_offsets', [1]), isInternal: true })
    expect(await harness.settled(harness.admin.listTopics())).toEqual(['a'])
    await harness.settled(harness.admin.describeTopics(['a']))
    harness.topics.set('a', topicLedBy('a', [2, -1], undefined, 1))
    expect(await harness.settled(harness.admin.describeTopics(['a']))).toEqual([
      {
        topic: 'a',
        partitions: [
          { partition: 0, leader: 2 },
          { partition: 1, leader: -1 },
        ],
      },
    ])
    const error = await failure(harness.settled(harness.admin.describeTopics(['a', 'b'])))
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', place: { topic: 'b' } })
  })
})

describe('listing offsets', () => {
  it('asks each leader once for all that it leads', async () => {
    const harness = adminHarness()
    harness.topics.set('a', topicLedBy('a', [1, 2, 1, 3]))
    harness.broker.on('ListOffsets', ({ body }) => ({
      topics: body.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: timestamp * 10 - partitionIndex,
        })),
      })),
    }))
    for (const [at, timestamp] of [
      ['latest', -1],
      ['earliest', -2],
      [{ timestamp: 77 }, 77],
    ] as const) {
      const offsets = await harness.settled(harness.admin.listOffsets('a', at))
      expect(offsets).toEqual(
        [0, 1, 2, 3].map((partition) => ({ topic: 'a', partition, offset: timestamp * 10 - partition })),
      )
    }
    expect(harness.nodesAsked('ListOffsets').toSorted((a, b) => a - b)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
  })

  it('follows a leader that has moved, and one that is yet to be elected', async () => {
    const harness = adminHarness()
    harness.topics.set('a', topicLedBy('a', [-1]))
    harness.broker.on('ListOffsets', ({ body }, { address }) => {
      const isLeader = address === 'node-2:2'
      if (!isLeader) harness.topics.set('a', topicLedBy('a', [2], undefined, 2))
      const partitions = body.topics[0]!.partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: isLeader ? 0 : 6,
        offset: 5,
      }))
      return { topics: [{ name: 'a', partitions }] }
    })
    const listing = harness.admin.listOffsets('a', 'latest')
    await harness.clock.advance(50)
    harness.topics.set('a', topicLedBy('a', [1], undefined, 1))
    expect(await harness.settled(listing)).toEqual([{ topic: 'a', partition: 0, offset: 5 }])
    expect(harness.nodesAsked('ListOffsets')).toEqual([1, 2])
  })
})
