import { describe, expect, it } from 'vitest'
import { kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { fetchApi } from '@partita/wire'
import { idOf } from './fake-fetches.ts'
import { FakeKafka } from './fake-kafka.ts'
import { Member, settled } from './member.ts'
import { place, started } from './started.ts'

describe('offsets that the log does not have', () => {
  const retained = (kafka: FakeKafka): void => {
    kafka.log('t', 0).append(['a', 'b', 'c'])
    kafka.log('t', 0).append(['d'])
    kafka.log('t', 0).deleteBelow(3)
    kafka.group.offsets.set('t-0', { offset: 1, metadata: '' })
  }

  it('are replaced by the first one, or by the end, as autoOffsetReset says', async () => {
    const earliest = await started(1, retained)
    await earliest.kafka.clock.advance(10)
    expect(earliest.read(0)).toEqual(['d'])
    const latest = await started(1, retained, { autoOffsetReset: 'latest' })
    latest.kafka.log('t', 0).append(['new'])
    await latest.kafka.clock.advance(600)
    expect(latest.read(0)).toEqual(['new'])
  })

  it('end the subscription with `none`, by an error that names the partition', async () => {
    const { member } = await started(1, retained, { autoOffsetReset: 'none' })
    expect(member.events.at(-1)).toMatch(/^failed OFFSET_OUT_OF_RANGE: t-0 cannot be read on.*autoOffsetReset/)
    const kafka = new FakeKafka()
    kafka.createTopic('t', 2)
    const joining = new Member(kafka).join({ autoOffsetReset: 'none' })
    await expect(settled(kafka, joining)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', place: place(0) })
  })

  it('are found out later where a leader cannot be asked at the start, and hold nobody up', async () => {
    const { kafka, member, read } = await started(2, (each) => {
      each.log('t', 1).leader = -1
      each.log('t', 0).append(['a'])
      each.log('t', 1).append(['b'])
    })
    expect([read(0), read(1), member.events]).toEqual([['a'], [], ['assigned t-0,t-1 in 1']])
    kafka.log('t', 1).moveTo(2)
    await kafka.clock.advance(3_000)
    expect(read(1)).toEqual(['b'])
  })
})

describe('leaders', () => {
  it('that move are followed, and nothing comes twice or is left out', async () => {
    const { kafka, read } = await started(2, (each) => each.log('t', 0).append(['a']))
    kafka.log('t', 0).moveTo(2)
    kafka.log('t', 0).append(['b'])
    kafka.log('t', 1).append(['other'])
    await kafka.clock.advance(3_000)
    kafka.log('t', 0).append(['c'])
    await kafka.clock.advance(1_000)
    expect([read(0), read(1)]).toEqual([['a', 'b', 'c'], ['other']])
  })

  it('are learnt from the refusal itself, without a pause (KIP-951)', async () => {
    const currentLeader = { leaderId: 2, leaderEpoch: 1 }
    const partitions = [{ partitionIndex: 0, errorCode: 6, highWatermark: -1, currentLeader, records: null }]
    const { kafka, read } = await started(1, (each) => {
      each.faults.set('Fetch', () => {
        each.faults.delete('Fetch')
        each.log('t', 0).moveTo(2)
        each.log('t', 0).append(['b'])
        return { errorCode: 0, responses: [{ topicId: idOf('t'), partitions }] }
      })
    })
    expect(read(0)).toEqual(['b'])
    expect(kafka.seen.filter(({ api }) => api === 'Fetch').map(({ node }) => node)).toEqual([1, 2, 2])
  })

  it('that lost records set the position back to where the logs part (KIP-320)', async () => {
    const { kafka, member, read } = await started(1, (each) => {
      each.log('t', 0).append(['a'])
      each.log('t', 0).append(['cut off'])
    })
    expect(read(0)).toEqual(['a', 'cut off'])
    kafka.log('t', 0).cutOff(1, 2)
    kafka.log('t', 0).append(['instead', 'and more'])
    await kafka.clock.advance(3_000)
    expect(read(0)).toEqual(['a', 'cut off', 'instead', 'and more'])
    const restarts = member.batches.filter(({ startsOver }) => startsOver === true)
    expect(restarts.map(({ records }) => records[0]!.offset)).toEqual([1])
  })

  it('that cannot be reached are asked again, with growing pauses', async () => {
    const { kafka, member, read } = await started(1)
    let up = false
    const down = new PartitaError('CONNECTION_FAILED', 'down', { retriable: true })
    kafka.faults.set('Fetch', () => (up ? undefined : down))
    await kafka.clock.advance(600)
    const before = kafka.requests(fetchApi).length
    await kafka.clock.advance(10_000)
    expect(kafka.requests(fetchApi).length - before).toBeLessThanOrEqual(14)
    up = true
    kafka.log('t', 0).append(['a'])
    await kafka.clock.advance(2_000)
    expect([read(0), member.events.length]).toEqual([['a'], 1])
  })

  it('send a reader to a nearer replica, which is left again when it refuses (KIP-392)', async () => {
    const { kafka, read } = await started(1, undefined, { clientRack: 'b' })
    kafka.refuseNext('Fetch', {
      errorCode: 0,
      responses: [
        {
          topicId: idOf('t'),
          partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 0, preferredReadReplica: 2, records: null }],
        },
      ],
    })
    await kafka.clock.advance(510)
    expect(kafka.requests(fetchApi).at(-1)!.rackId).toBe('b')
    kafka.log('t', 0).append(['a'])
    await kafka.clock.advance(3_000)
    expect(kafka.seen.some(({ api, node }) => api === 'Fetch' && node === 2)).toBe(true)
    expect(read(0)).toEqual(['a'])
  })

  it('that refuse for good end the subscription', async () => {
    const { kafka, member } = await started(1)
    const partitions = [{ partitionIndex: 0, errorCode: 29, highWatermark: -1, records: null }]
    kafka.refuseNext('Fetch', { errorCode: 0, responses: [{ topicId: idOf('t'), partitions }] })
    await kafka.clock.advance(600)
    expect(member.events.at(-1)).toMatch(/^failed TOPIC_AUTHORIZATION_FAILED/)
  })
})

describe('topics without ids', () => {
  const versionsOf = (kafka: FakeKafka, name: string): number[] => [
    ...new Set(kafka.seen.filter(({ api }) => api === name).map(({ version }) => version)),
  ]

  it('go by their names in every request, where the brokers speak of ids and the cluster has none', async () => {
    const { kafka, member, read } = await started(1, (each) => {
      each.hasTopicIds = false
      each.log('t', 0).append(['a', 'b'])
      each.group.offsets.set('t-0', { offset: 1, metadata: '' })
    })
    expect([read(0), member.events]).toEqual([['b'], ['assigned t-0 in 1']])
    await settled(kafka, member.membership.commit([{ topic: 't', partition: 0, offset: 2, metadata: 'm' }]))
    expect(kafka.group.offsets.get('t-0')).toEqual({ offset: 2, metadata: 'm' })
    expect(['Fetch', 'OffsetFetch', 'OffsetCommit'].map((api) => versionsOf(kafka, api))).toEqual([[12], [9], [9]])
  })

  it('go by their ids once they have some, in a session of its own', async () => {
    const { kafka, read } = await started(1, (each) => {
      each.hasTopicIds = false
      each.fetches.sessions = true
      each.log('t', 0).append(['a'])
    })
    kafka.hasTopicIds = true
    kafka.log('t', 0).moveTo(2)
    await kafka.clock.advance(1_000)
    kafka.log('t', 0).append(['b'])
    await kafka.clock.advance(1_000)
    expect(read(0)).toEqual(['a', 'b'])
    expect(versionsOf(kafka, 'Fetch')).toEqual([12, fetchApi.versions[1]])
    const sent = kafka.requests(fetchApi)
    const first = sent.find(({ topics }) => topics.some(({ topicId }) => topicId === idOf('t')))
    expect(first?.sessionEpoch).toBe(0)
  })

  it('that were made anew are found by their new id at the next attempt', async () => {
    const { kafka, member } = await started(1)
    const committing = member.membership.commit([{ topic: 't', partition: 0, offset: 0, metadata: '' }])
    const refused = { partitionIndex: 0, errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_ID }
    kafka.refuseNext('OffsetCommit', { topics: [{ topicId: idOf('t'), partitions: [refused] }] })
    const before = kafka.refreshes
    await settled(kafka, committing)
    expect(kafka.refreshes).toBe(before + 1)
    expect(kafka.group.offsets.get('t-0')).toEqual({ offset: 0, metadata: '' })
  })
})
