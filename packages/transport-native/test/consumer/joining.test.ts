import { describe, expect, it } from 'vitest'
import { PartitaError } from '@partita/protocol'
import { joinGroupApi } from '@partita/wire'
import { refusedJoin } from './fake-group.ts'
import { FakeKafka } from './fake-kafka.ts'
import { joined } from './joined.ts'
import { Member, settled } from './member.ts'

describe('joining', () => {
  it('takes the id that the coordinator gives, leads, and gets what it dealt out', async () => {
    const { kafka, member } = await joined()
    expect(member.events).toEqual(['assigned t-0,t-1,t-2,t-3 in 1'])
    expect(member.membership.epoch).toBe(1)
    expect(member.membership.memberId).toBe('member-1')
    expect(kafka.requests(joinGroupApi).map(({ memberId }) => memberId)).toEqual(['', 'member-1'])
    const [, second] = kafka.requests(joinGroupApi)
    expect(second!.protocols.map(({ name }) => name)).toEqual(['cooperative-sticky'])
  })

  it('hands in what was committed, text and all', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 2)
    kafka.group.offsets.set('t-1', { offset: 7, metadata: 'text' })
    const member = await settled(kafka, new Member(kafka).join({ autoOffsetReset: 'latest' }))
    expect(member.assignments).toEqual([
      { topic: 't', partition: 0, committed: null },
      { topic: 't', partition: 1, committed: { offset: 7, metadata: 'text' } },
    ])
  })

  it('waits while offsets of an open transaction are about to change', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    const partitions = [{ partitionIndex: 0, committedOffset: -1, errorCode: 88 }]
    kafka.refuseNext('OffsetFetch', { groups: [{ groupId: 'g', errorCode: 0, topics: [{ name: 't', partitions }] }] })
    const member = await settled(kafka, new Member(kafka).join())
    expect(member.events).toEqual(['assigned t-0 in 1'])
  })

  it('is refused where the topic is unknown, soon, and where a second subscription is asked for', async () => {
    const kafka = new FakeKafka()
    const member = new Member(kafka)
    const before = kafka.clock.monotonic()
    await expect(settled(kafka, member.join())).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(kafka.clock.monotonic() - before).toBeLessThan(2_000)
    await expect(member.join()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(kafka.seen).toEqual([])
  })

  it('is refused where an answer leaves no hope: the group id, the session timeout, who we are', async () => {
    for (const [errorCode, code] of [
      [24, 'INVALID_GROUP_ID'],
      [26, 'INVALID_SESSION_TIMEOUT'],
      [30, 'GROUP_AUTHORIZATION_FAILED'],
      [23, 'INCONSISTENT_GROUP_PROTOCOL'],
    ] as const) {
      const kafka = new FakeKafka()
      kafka.createTopic('t', 1)
      kafka.refuseNext('JoinGroup', { ...refusedJoin, errorCode })
      const member = new Member(kafka)
      await expect(settled(kafka, member.join())).rejects.toMatchObject({ code })
      expect(member.events).toEqual([])
    }
  })

  it('goes on trying while the coordinator loads, but not for ever where nothing can be reached', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    kafka.faults.set('JoinGroup', () =>
      kafka.clock.monotonic() < 30_000 ? { ...refusedJoin, errorCode: 14 } : undefined,
    )
    const member = await settled(kafka, new Member(kafka).join())
    expect(member.events).toEqual(['assigned t-0 in 1'])
    const unreachable = new FakeKafka()
    unreachable.createTopic('t', 1)
    const failure = new PartitaError('CONNECTION_FAILED', 'nobody is there', { retriable: true })
    unreachable.faults.set('JoinGroup', () => failure)
    await expect(settled(unreachable, new Member(unreachable).join())).rejects.toBe(failure)
  })

  it('is given up by the signal, also while the coordinator holds back its answer', async () => {
    const { kafka, member } = await joined(1)
    member.onRevoked = () => new Promise(() => undefined)
    const abort = new AbortController()
    const other = new Member(kafka)
    const joining = other.join({ signal: abort.signal })
    const outcome = expect(settled(kafka, joining)).rejects.toMatchObject({ code: 'ABORTED' })
    await kafka.clock.advance(20)
    abort.abort()
    await outcome
  })

  it('checks what it is told before it asks anybody', async () => {
    const kafka = new FakeKafka()
    kafka.createTopic('t', 1)
    await expect(new Member(kafka).join({ groupId: '' })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(new Member(kafka).join({ topics: [] })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(new Member(kafka).join({ topics: ['a b'] })).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
    const unknown = { partitionAssignmentStrategy: ['best' as 'range'] }
    await expect(new Member(kafka).join(unknown)).rejects.toThrow('partitionAssignmentStrategy must be one of')
    expect(kafka.seen).toEqual([])
  })
})
