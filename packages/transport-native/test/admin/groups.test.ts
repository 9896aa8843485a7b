import { describe, expect, it } from 'vitest'
import { encodeAssignment } from '@partita/wire'
import { failure } from '../network/failure.ts'
import { allVersions, silence } from '../network/fake-broker.ts'
import { adminHarness, coordinate, type AdminHarness } from './admin-harness.ts'

function groupHarness(): AdminHarness {
  const harness = adminHarness()
  coordinate(harness, () => 2)
  return harness
}

describe('groups', () => {
  it('are listed by all nodes together', async () => {
    const harness = groupHarness()
    harness.broker.on('ListGroups', (_, { address }) => ({
      errorCode: 0,
      groups: [{ groupId: `of ${address}`, protocolType: 'consumer' }],
    }))
    const listed = await harness.settled(harness.admin.listGroups())
    expect(listed).toHaveLength(3)
    expect(listed).toContainEqual({ groupId: 'of node-2:2', protocolType: 'consumer' })
  })

  it('are described with what each member has; what cannot be read is nothing', async () => {
    const harness = groupHarness()
    const memberAssignment = encodeAssignment(1, {
      assignedPartitions: [
        { topic: 'a', partitions: [0, 2] },
        { topic: 'b', partitions: [1] },
      ],
    })
    const member = { clientId: 'c', clientHost: '/h', memberMetadata: new Uint8Array(0) }
    harness.broker.on('DescribeGroups', () => ({
      groups: [
        {
          errorCode: 0,
          groupId: 'g',
          groupState: 'Stable',
          protocolType: 'consumer',
          protocolData: 'range',
          members: [
            { ...member, memberId: 'm1', memberAssignment },
            { ...member, memberId: 'm2', memberAssignment: Uint8Array.of(0, 1, 9, 9) },
          ],
        },
      ],
    }))
    const [group] = await harness.settled(harness.admin.describeGroups(['g']))
    expect(group).toEqual({
      groupId: 'g',
      state: 'Stable',
      members: [
        {
          memberId: 'm1',
          clientId: 'c',
          partitions: [
            { topic: 'a', partition: 0 },
            { topic: 'a', partition: 2 },
            { topic: 'b', partition: 1 },
          ],
        },
        { memberId: 'm2', clientId: 'c', partitions: [] },
      ],
    })
  })

  it.each([5, 6])('that nobody knows are dead, in version %i as in any other', async (version) => {
    const harness = groupHarness()
    const unknown = { groupId: 'g', groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
    harness.broker
      .on('ApiVersions', () => ({ errorCode: 0, apiKeys: allVersions({ DescribeGroups: version }) }))
      .on('DescribeGroups', () => ({ groups: [{ ...unknown, errorCode: version === 6 ? 69 : 0 }] }))
    const groups = await harness.settled(harness.admin.describeGroups(['g']))
    expect(groups).toEqual([{ groupId: 'g', state: 'Dead', members: [] }])
  })

  it('are followed to their new coordinator', async () => {
    const harness = adminHarness()
    let coordinator = 2
    coordinate(harness, () => coordinator)
    harness.broker.on('DeleteGroups', ({ body }, { address }) => {
      coordinator = 3
      return { results: [{ groupId: body.groupsNames[0]!, errorCode: address === 'node-3:3' ? 0 : 16 }] }
    })
    await harness.settled(harness.admin.deleteGroups(['g']))
    expect(harness.nodesAsked('DeleteGroups')).toEqual([2, 3])
  })

  it('that cannot be deleted are named, each', async () => {
    const harness = groupHarness()
    const codes: Record<string, number> = { a: 68, b: 0, c: 69 }
    harness.broker.on('DeleteGroups', ({ body: { groupsNames } }) => ({
      results: groupsNames.map((groupId) => ({ groupId, errorCode: codes[groupId]! })),
    }))
    const error = await failure(harness.settled(harness.admin.deleteGroups(['a', 'b', 'c'])))
    expect(error).toMatchObject({ code: 'NON_EMPTY_GROUP', place: { groupId: 'a' } })
    expect(error.message).toContain('GROUP_ID_NOT_FOUND')
    expect(harness.broker.count('DeleteGroups')).toBe(3)
  })
})

describe('offsets of a group', () => {
  it.each([9, 8, 7, 5])('are told by version %i where there is a commit', async (version) => {
    const harness = groupHarness()
    const partition = (partitionIndex: number, committedOffset: number, metadata: string | null): object => ({
      partitionIndex,
      committedOffset,
      metadata,
      errorCode: 0,
    })
    const topics = [
      { name: 'a', partitions: [partition(0, 4, 'text'), partition(1, -1, '')] },
      { name: 'b', partitions: [partition(3, 0, null)] },
    ] as never
    harness.broker
      .on('ApiVersions', () => ({ errorCode: 0, apiKeys: allVersions({ OffsetFetch: version }) }))
      .on('OffsetFetch', ({ body, apiVersion }) => {
        expect(apiVersion).toBe(version)
        expect(version >= 8 ? body.groups : [body]).toMatchObject([{ groupId: 'g', topics: null }])
        return version >= 8 ? { groups: [{ groupId: 'g', topics, errorCode: 0 }] } : { topics, errorCode: 0 }
      })
    const a = { topic: 'a', partition: 0, offset: 4, metadata: 'text' }
    const b = { topic: 'b', partition: 3, offset: 0, metadata: '' }
    expect(await harness.settled(harness.admin.fetchOffsets('g'))).toEqual([a, b])
    expect(await harness.settled(harness.admin.fetchOffsets('g', ['b']))).toEqual([b])
    expect(await harness.settled(harness.admin.fetchOffsets('g', []))).toEqual([])
  })

  it('are set as a commit from outside, with their text, and again where the answer is lost', async () => {
    const harness = groupHarness()
    harness.broker.on('OffsetCommit', ({ body }, connection) => {
      if (harness.broker.count('OffsetCommit') === 1) {
        connection.cut()
        return silence
      }
      return {
        topics: body.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
        })),
      }
    })
    const offsets = [
      { topic: 'a', partition: 0, offset: 7, metadata: 'x' },
      { topic: 'b', partition: 0, offset: 0, metadata: '' },
      { topic: 'a', partition: 1, offset: 8, metadata: '' },
    ]
    await harness.settled(harness.admin.alterOffsets('g', offsets))
    expect(harness.broker.requests.findLast(({ name }) => name === 'OffsetCommit')?.body).toMatchObject({
      groupId: 'g',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [
        {
          name: 'a',
          partitions: [
            { partitionIndex: 0, committedOffset: 7, committedMetadata: 'x' },
            { partitionIndex: 1, committedOffset: 8, committedMetadata: '' },
          ],
        },
        { name: 'b', partitions: [{ partitionIndex: 0, committedOffset: 0, committedMetadata: '' }] },
      ],
    })
    expect(harness.broker.count('OffsetCommit')).toBe(2)
  })

  it.each([22, 25, 27])('are not set where the group has members: error %i', async (errorCode) => {
    const harness = groupHarness()
    harness.broker.on('OffsetCommit', () => ({
      topics: [{ name: 'a', partitions: [{ partitionIndex: 0, errorCode }] }],
    }))
    const altering = harness.admin.alterOffsets('g', [{ topic: 'a', partition: 0, offset: 7, metadata: '' }])
    const error = await failure(harness.settled(altering))
    expect(error).toMatchObject({
      code: 'NON_EMPTY_GROUP',
      retriable: false,
      place: { groupId: 'g', topic: 'a', partition: 0 },
    })
  })

  it.each([-1, 1.5, Number.NaN])('are not set to %d', async (offset) => {
    const harness = groupHarness()
    const error = await failure(harness.admin.alterOffsets('g', [{ topic: 'a', partition: 0, offset, metadata: '' }]))
    expect(error).toMatchObject({ code: 'INVALID_OPTION', place: { topic: 'a', groupId: 'g' } })
    expect(harness.broker.requests).toEqual([])
  })
})
