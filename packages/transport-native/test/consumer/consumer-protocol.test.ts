import { describe, expect, it } from 'vitest'
import { PartitaError, type SubscribeOptions } from '@partita/protocol'
import { consumerGroupHeartbeatApi, offsetCommitApi, offsetFetchApi } from '@partita/wire'
import { refused } from './fake-consumer-group.ts'
import { FakeKafka } from './fake-kafka.ts'
import { commitOf } from './joined.ts'
import { Member, settled } from './member.ts'

const lost = new PartitaError('CONNECTION_FAILED', 'cut', { retriable: true })

/** The only member of a group of the new protocol; `t` has four partitions. */
async function joined(
  options: Partial<SubscribeOptions> = {},
  prepare: (kafka: FakeKafka) => void = () => undefined,
): Promise<{ kafka: FakeKafka; member: Member }> {
  const kafka = new FakeKafka()
  kafka.createTopic('t', 4)
  prepare(kafka)
  const member = await settled(kafka, new Member(kafka).join({ groupProtocol: 'consumer', ...options }))
  return { kafka, member }
}

describe('what a member says', () => {
  it('is everything when it joins, then only what is new, and what it owns as soon as that has changed', async () => {
    const { kafka, member } = await joined({ clientRack: 'r', groupRemoteAssignor: 'range' })
    await kafka.clock.advance(2_500)
    const [join, owns, ...silent] = kafka.requests(consumerGroupHeartbeatApi)
    const { memberId } = member.membership
    expect(memberId).toMatch(/^[0-9a-f]{32}$/)
    expect(join).toMatchObject({ groupId: 'g', memberId, memberEpoch: 0, rackId: 'r', serverAssignor: 'range' })
    expect(join).toMatchObject({ rebalanceTimeoutMs: 20_000, subscribedTopicNames: ['t'], topicPartitions: [] })
    expect(owns).toMatchObject({ memberEpoch: 1, rackId: null, subscribedTopicNames: null, rebalanceTimeoutMs: -1 })
    expect(owns!.topicPartitions).toMatchObject([{ partitions: [0] }])
    expect(silent.map(({ topicPartitions }) => topicPartitions)).toEqual([null, null])
  })

  it('is everything again after an answer that did not come', async () => {
    const { kafka } = await joined()
    kafka.refuseNext('ConsumerGroupHeartbeat', lost)
    await kafka.clock.advance(1_500)
    const full = kafka.requests(consumerGroupHeartbeatApi).filter((request) => request.subscribedTopicNames !== null)
    expect(full).toHaveLength(2)
    expect(full[1]).toMatchObject({ memberEpoch: 1, topicPartitions: [{ partitions: [0] }] })
  })

  it('comes as often as the coordinator wants', async () => {
    const { kafka } = await joined({}, ({ consumerGroup }) => (consumerGroup.heartbeatIntervalMs = 300))
    const before = kafka.seen.length
    await kafka.clock.advance(3_000)
    expect(kafka.seen.slice(before).filter(({ api }) => api === 'ConsumerGroupHeartbeat')).toHaveLength(10)
  })

  it('may come more seldom than the session that it was given is long: the coordinator knows what it wants', async () => {
    const own = { sessionTimeoutMs: 2_000 }
    const { kafka, member } = await joined(own, ({ consumerGroup }) => (consumerGroup.heartbeatIntervalMs = 5_000))
    await kafka.clock.advance(30_000)
    expect(member.events).toEqual(['assigned t-0 in 1'])
  })

  it('at the end is that it leaves; a static member, that it will be back', async () => {
    const first = await joined()
    await settled(first.kafka, first.member.membership.leave())
    expect(first.kafka.consumerGroup.left).toBe(-1)
    const second = await joined({ groupInstanceId: 'pod' })
    await settled(second.kafka, second.member.membership.leave())
    expect(second.kafka.consumerGroup.left).toBe(-2)
  })
})

describe('what a member is told', () => {
  it('to give up, it drains while the rest goes on, and says so at once', async () => {
    const { kafka, member } = await joined({}, ({ consumerGroup }) => (consumerGroup.assignment = { t: [0, 1] }))
    let drained: () => void = () => {}
    member.onRevoked = () => new Promise((resolve) => (drained = resolve))
    kafka.consumerGroup.assign({ t: [1] })
    await kafka.clock.advance(3_000)
    expect(member.events).toEqual(['assigned t-0,t-1 in 1', 'revoked t-0'])
    await settled(kafka, member.membership.commit([commitOf(0, 7)]))
    const before = kafka.requests(consumerGroupHeartbeatApi).length
    drained()
    await kafka.clock.advance(5)
    const after = kafka.requests(consumerGroupHeartbeatApi).slice(before)
    expect(after).toMatchObject([{ topicPartitions: [{ partitions: [1] }] }])
    await expect(member.membership.commit([commitOf(0, 8)])).rejects.toMatchObject({ code: 'PARTITION_LOST' })
  })

  it('to give up, and it takes too long: it is lost, and the group hears before the rebalance timeout', async () => {
    const { kafka, member } = await joined()
    member.onRevoked = () => new Promise(() => undefined)
    kafka.consumerGroup.assign({})
    await kafka.clock.advance(20_000)
    expect(member.events).toEqual(['assigned t-0 in 1', 'revoked t-0', 'lost t-0'])
    const told = kafka
      .requests(consumerGroupHeartbeatApi)
      .filter(({ topicPartitions }) => topicPartitions?.length === 0)
    expect(told).toHaveLength(2)
  })

  it('something else while it still drains, comes when that is done', async () => {
    const { kafka, member } = await joined()
    let drained: () => void = () => {}
    member.onRevoked = () => new Promise((resolve) => (drained = resolve))
    kafka.consumerGroup.assign({ t: [1] })
    await kafka.clock.advance(1_100)
    expect(member.events.slice(1).toSorted()).toEqual(['assigned t-1 in 2', 'revoked t-0'])
    kafka.consumerGroup.assign({ t: [0, 2] })
    await kafka.clock.advance(1_100)
    expect(member.events).toHaveLength(3)
    member.onRevoked = () => Promise.resolve()
    drained()
    await kafka.clock.advance(100)
    expect(member.events.slice(3).toSorted()).toEqual(['assigned t-0,t-2 in 3', 'revoked t-1'])
  })

  it('of a topic that is not known yet by its id, it looks it up', async () => {
    const { kafka, member } = await joined({ topics: ['t', 'u'] }, (before) => before.createTopic('u', 1))
    kafka.consumerGroup.topicIds = { u: '0000000000000000000000000000ffff' }
    kafka.consumerGroup.assign({ t: [0], u: [0] })
    await kafka.clock.advance(3_000)
    expect(member.events).toHaveLength(1)
    kafka.consumerGroup.topicIds = {}
    kafka.consumerGroup.assign({ t: [0], u: [0] })
    await kafka.clock.advance(1_100)
    expect(member.events.at(-1)).toMatch(/^assigned u-0/)
  })
})

describe('losing the membership', () => {
  it.each(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH'] as const)(
    '%s: everything is lost, and it joins again by the same id',
    async (error) => {
      const { kafka, member } = await joined()
      const { memberId } = member.membership
      kafka.refuseNext('ConsumerGroupHeartbeat', refused(error))
      await kafka.clock.advance(1_500)
      expect(member.events).toEqual(['assigned t-0 in 1', 'lost t-0', 'assigned t-0 in 2'])
      expect(member.membership.memberId).toBe(memberId)
      const again = kafka.requests(consumerGroupHeartbeatApi).filter(({ memberEpoch }) => memberEpoch === 0)
      expect(again.at(-1)).toMatchObject({ memberId, topicPartitions: [], subscribedTopicNames: ['t'] })
    },
  )

  it('is noticed here when the coordinator is silent for a session, and mended when it is back', async () => {
    const { kafka, member } = await joined()
    const cutAt = kafka.clock.monotonic()
    let back = false
    kafka.faults.set('ConsumerGroupHeartbeat', () => (back ? undefined : lost))
    await kafka.clock.advanceUntil(() => member.events.length === 2)
    expect(member.events[1]).toBe('lost t-0')
    expect(kafka.clock.monotonic() - cutAt).toBeLessThanOrEqual(10_001)
    back = true
    await kafka.clock.advance(2_000)
    expect(member.events[2]).toMatch(/^assigned t-0/)
  })

  it('while it drains: what was to be given up is lost, and heartbeats wait for nobody', async () => {
    const { kafka, member } = await joined()
    member.onRevoked = () => new Promise(() => undefined)
    kafka.consumerGroup.assign({})
    await kafka.clock.advance(1_100)
    kafka.consumerGroup.expel()
    await kafka.clock.advance(1_100)
    expect(member.events.slice(1, 3)).toEqual(['revoked t-0', 'lost t-0'])
  })

  it('a commit is refused by the coordinator: the member learns by that', async () => {
    const { kafka, member } = await joined()
    kafka.consumerGroup.expel()
    kafka.consumerGroup.memberId = 'someone else'
    const commit = settled(kafka, member.membership.commit([commitOf(0, 1)]))
    await expect(commit).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
    expect(member.events[1]).toBe('lost t-0')
  })

  it('is final where another has its instance id', async () => {
    const { kafka, member } = await joined({ groupInstanceId: 'pod' })
    kafka.refuseNext('ConsumerGroupHeartbeat', refused('FENCED_INSTANCE_ID'))
    await kafka.clock.advance(1_500)
    expect(member.events[1]).toMatch(/^failed FENCED_INSTANCE_ID/)
  })
})

describe('epochs', () => {
  it('are the group’s own, however often something comes in one: the next owner’s must be greater', async () => {
    const { kafka, member } = await joined()
    for (const partitions of [
      [0, 1],
      [0, 1, 2],
    ]) {
      kafka.consumerGroup.release({ t: partitions })
      await kafka.clock.advance(1_100)
    }
    expect(member.events).toEqual(['assigned t-0 in 1', 'assigned t-1 in 1', 'assigned t-2 in 1'])
    expect(member.membership.epoch).toBe(1)
  })

  it('a commit that is overtaken by a new one is made again in it', async () => {
    const { kafka, member } = await joined()
    kafka.consumerGroup.epoch = 2
    const committed = settled(kafka, member.membership.commit([commitOf(0, 3)]))
    kafka.consumerGroup.assign({ t: [0] })
    kafka.consumerGroup.heartbeatIntervalMs = 100
    await committed
    const epochs = kafka.requests(offsetCommitApi).map((request) => request.generationIdOrMemberEpoch)
    expect(epochs[0]).toBe(1)
    expect(epochs.at(-1)).toBe(3)
    expect(kafka.group.offsets.get('t-0')).toEqual({ offset: 3, metadata: '' })
  })

  it('offsets are fetched in the member’s name, and again where its epoch was an old one: never from the reset', async () => {
    const stale = { groups: [{ groupId: 'g', topics: [], errorCode: 113 }] }
    const { kafka, member } = await joined({ autoOffsetReset: 'latest' }, (before) => {
      before.group.offsets.set('t-0', { offset: 5, metadata: '' })
      before.refuseNext('OffsetFetch', stale)
    })
    expect(member.assignments[0]!.committed).toEqual({ offset: 5, metadata: '' })
    const asked = kafka.requests(offsetFetchApi).map(({ groups }) => groups[0]!)
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatchObject({ memberId: member.membership.memberId, memberEpoch: 1 })
  })
})

describe('a cluster that cannot', () => {
  it.each([
    ['does not know the request', new PartitaError('UNSUPPORTED_VERSION', 'Node 1 has no ConsumerGroupHeartbeat.')],
    ['has it switched off', refused('UNSUPPORTED_VERSION')],
  ])('%s: the error says what would be right', async (_, answer) => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    kafka.refuseNext('ConsumerGroupHeartbeat', answer)
    const joining = settled(kafka, new Member(kafka).join({ groupProtocol: 'consumer' }))
    await expect(joining).rejects.toMatchObject({ code: 'UNSUPPORTED', place: { api: 'groupProtocol', groupId: 'g' } })
    await expect(joining).rejects.toThrow("Use groupProtocol: 'classic'")
  })

  it('has the instance’s last run still in the group: the first try is refused, the second waits for it', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    const options = { groupProtocol: 'consumer', groupInstanceId: 'pod' } as const
    kafka.refuseNext('ConsumerGroupHeartbeat', refused('UNRELEASED_INSTANCE_ID'))
    const refusedAtOnce = settled(kafka, new Member(kafka).join(options))
    await expect(refusedAtOnce).rejects.toMatchObject({ code: 'UNRELEASED_INSTANCE_ID' })
    // A lost answer may have been our own entry.
    const answers = [lost, refused('UNRELEASED_INSTANCE_ID'), undefined]
    kafka.faults.set('ConsumerGroupHeartbeat', () => answers.shift())
    const member = await settled(kafka, new Member(kafka).join(options))
    expect(member.events).toEqual([expect.stringMatching(/^assigned t-0/)])
  })
})

describe('reading by hand', () => {
  it('begins where it is told, by the group, or by the policy, and asks no group for anything else', async () => {
    const kafka = new FakeKafka()
    for (const log of kafka.createTopic('t', 3)) log.append(['a', 'b', 'c'])
    kafka.group.offsets.set('t-1', { offset: 2, metadata: 'm' })
    const member = new Member(kafka)
    const places = [0, 1, 2].map((partition) => ({ topic: 't', partition, ...(partition === 2 && { offset: 1 }) }))
    await settled(kafka, member.assign(places, { groupId: 'g' }))
    await kafka.clock.advance(20)
    expect(member.events).toEqual(['assigned t-0,t-1,t-2 in 0'])
    expect(Object.fromEntries(member.values)).toEqual({ 't-0': ['a', 'b', 'c'], 't-1': ['c'], 't-2': ['b', 'c'] })
    const groupApis = kafka.seen.map(({ api }) => api).filter((api) => !['Fetch', 'ListOffsets'].includes(api))
    expect(groupApis).toEqual(['OffsetFetch'])
    expect(kafka.requests(offsetFetchApi)[0]!.groups[0]).toMatchObject({ memberId: null, memberEpoch: -1 })
    await settled(kafka, member.session.close())
    expect(kafka.seen.at(-1)!.api).toBe('Fetch')
  })
})
