import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { heartbeatApi, joinGroupApi, leaveGroupApi, offsetCommitApi } from '@partita/wire'
import { idOf } from './fake-fetches.ts'
import { FakeKafka } from './fake-kafka.ts'
import { commitOf, joined } from './joined.ts'
import { Member, settled } from './member.ts'

describe('losing the membership', () => {
  it('is noticed here when the coordinator is silent for a session, and mended when it is back', async () => {
    const { kafka, member } = await joined(1)
    const silent = new PartitaError('CONNECTION_FAILED', 'cut', { retriable: true })
    const cutAt = kafka.clock.monotonic()
    let back = false
    for (const api of ['Heartbeat', 'JoinGroup', 'OffsetCommit'])
      kafka.faults.set(api, () => (back ? undefined : silent))
    await kafka.clock.advanceUntil(() => member.events.length === 2)
    expect(member.events[1]).toBe('lost t-0')
    expect(kafka.clock.monotonic() - cutAt).toBeLessThanOrEqual(10_001)
    await expect(member.membership.commit([commitOf(0, 1)])).rejects.toMatchObject({ code: 'PARTITION_LOST' })
    await kafka.clock.advance(5_000)
    back = true
    await kafka.clock.advance(5_000)
    expect(member.events.slice(2)).toEqual([`assigned t-0 in ${member.membership.epoch}`])
    expect(member.membership.epoch).toBeGreaterThan(1)
  })

  it('is told by the coordinator: everything is lost, and the member joins as a new one', async () => {
    const { kafka, member } = await joined(1)
    kafka.group.remove(member.membership.memberId)
    await kafka.clock.advance(2_000)
    expect(member.events).toEqual(['assigned t-0 in 1', 'lost t-0', `assigned t-0 in ${member.membership.epoch}`])
    expect(member.membership.memberId).toBe('member-2')
  })

  it('keeps epochs growing where the coordinator begins to count anew', async () => {
    const { kafka, member } = await joined(1)
    kafka.group.members.clear()
    kafka.group.generation = 0
    await kafka.clock.advance(2_000)
    expect(member.events).toEqual(['assigned t-0 in 1', 'lost t-0', 'assigned t-0 in 2'])
  })

  it('is final where another has its instance id', async () => {
    const { kafka, member } = await joined(1)
    kafka.refuseNext('Heartbeat', { errorCode: 82 })
    await kafka.clock.advance(1_500)
    expect(member.events[1]).toMatch(/^failed FENCED_INSTANCE_ID: .*groupInstanceId.*unique/)
    await settled(kafka, member.session.close())
    expect(member.events.length).toBe(2)
  })

  it('follows a coordinator that moves, without a rebalance', async () => {
    const { kafka, member } = await joined(1)
    kafka.coordinator = 2
    await kafka.clock.advance(12_000)
    await settled(kafka, member.membership.commit([commitOf(0, 0)]))
    expect(member.events).toEqual(['assigned t-0 in 1'])
    expect(kafka.group.offsets.get('t-0')).toEqual({ offset: 0, metadata: '' })
  })

  it('repeats a heartbeat that failed sooner than the interval', async () => {
    const { kafka } = await joined(1)
    kafka.refuseNext('Heartbeat', new PartitaError('CONNECTION_FAILED', 'cut', { retriable: true }))
    await kafka.clock.advance(1_200)
    expect(kafka.requests(heartbeatApi).length).toBe(2)
  })
})

describe('commits', () => {
  it('go one after another, in order, and are tried again where the failure may pass', async () => {
    const { kafka, member } = await joined(1)
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 14 }] }]
    kafka.refuseNext('OffsetCommit', { topics })
    const both = [member.membership.commit([commitOf(0, 1)]), member.membership.commit([commitOf(0, 2)])]
    await settled(kafka, Promise.all(both))
    const sent = kafka.requests(offsetCommitApi).map(({ topics: [topic] }) => topic!.partitions[0]!.committedOffset)
    expect(sent).toEqual([1, 1, 2])
  })

  it('name what a broker refuses, and that ends nothing', async () => {
    const { kafka, member } = await joined(1)
    kafka.refuseNext('OffsetCommit', {
      topics: [{ topicId: idOf('t'), partitions: [{ partitionIndex: 0, errorCode: 12 }] }],
    })
    await expect(settled(kafka, member.membership.commit([commitOf(0, 1, 'long')]))).rejects.toMatchObject({
      code: 'OFFSET_METADATA_TOO_LARGE',
      place: { topic: 't', partition: 0, groupId: 'g' },
    })
    await settled(kafka, member.membership.commit([commitOf(0, 1)]))
    expect(member.events.length).toBe(1)
  })

  it('may be repeated when the group went on in the middle of one', async () => {
    const { kafka, member } = await joined(2)
    const joining = new Member(kafka).join()
    await kafka.clock.advanceUntil(() => kafka.group.state === 'completing')
    kafka.refuseNext('OffsetCommit', {
      topics: [{ topicId: idOf('t'), partitions: [{ partitionIndex: 0, errorCode: 22 }] }],
    })
    await expect(settled(kafka, member.membership.commit([commitOf(0, 1)]))).rejects.toMatchObject({
      code: 'REBALANCE_IN_PROGRESS',
      retriable: true,
    })
    await settled(kafka, joining)
    await kafka.clock.advance(2_000)
    expect(member.events).toEqual(['assigned t-0,t-1 in 1', 'revoked t-1'])
    await settled(kafka, member.membership.commit([commitOf(0, 1)]))
  })
})

describe('leaving', () => {
  it('tells the coordinator, ends the fetching, and takes two seconds at most', async () => {
    const { kafka, member } = await joined(1)
    kafka.faults.set('LeaveGroup', () => undefined)
    await settled(kafka, member.membership.leave())
    expect(kafka.requests(leaveGroupApi)[0]!.members.map(({ memberId }) => memberId)).toEqual(['member-1'])
    kafka.log('t', 0).append(['late'])
    await kafka.clock.advance(60_000)
    expect(member.batches).toEqual([])
    expect(kafka.seen.at(-1)!.api).toBe('LeaveGroup')
    const { kafka: hung, member: stuck } = await joined(1)
    hung.coordinator = 1
    hung.faults.set('LeaveGroup', () => new Error('never mind'))
    const before = hung.clock.monotonic()
    await settled(hung, stuck.session.close())
    expect(hung.clock.monotonic() - before).toBeLessThanOrEqual(2_000)
  })

  it('is left out by a static member, which is to come back', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    const member = await settled(kafka, new Member(kafka).join({ groupInstanceId: 'pod-1' }))
    await settled(kafka, member.session.close())
    expect(kafka.requests(leaveGroupApi)).toEqual([])
    expect(kafka.requests(joinGroupApi).every(({ groupInstanceId }) => groupInstanceId === 'pod-1')).toBe(true)
  })
})
