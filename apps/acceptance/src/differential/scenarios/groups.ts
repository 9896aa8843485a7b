import {
  deleteGroupsApi,
  describeGroupsApi,
  encodeSubscription,
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  syncGroupApi,
} from '@partita/wire'
import type { Scenario, World } from '../world.ts'
import { batch, produce } from './records.ts'
import { newTopic } from './topics.ts'

export async function coordinator(world: World, groupId: string): Promise<void> {
  await world.ask('who coordinates', findCoordinatorApi, (version) =>
    version >= 4 ? { coordinatorKeys: [groupId] } : { key: groupId },
  )
}

interface JoinOptions {
  readonly memberId?: string
  readonly sessionTimeoutMs?: number
  readonly protocolType?: string
  readonly protocols?: readonly string[]
  readonly groupInstanceId?: string
}

function join(world: World, what: string, groupId: string, more: JoinOptions = {}, among: [number, number] = [5, 9]) {
  const {
    memberId = '',
    sessionTimeoutMs = 30_000,
    protocolType = 'consumer',
    protocols = ['range'],
    groupInstanceId = null,
  } = more
  const metadata = encodeSubscription(1, { topics: ['t'], userData: null, ownedPartitions: [] } as never)
  return world.expect(
    what,
    joinGroupApi,
    {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: 30_000,
      memberId,
      groupInstanceId,
      protocolType,
      protocols: protocols.map((name) => ({ name, metadata })),
    },
    among,
  )
}

const timeouts = [1, 999, 1_000, 1_800_001, -1]

/** One member, and all it can do wrong. */
export const membership: Scenario = async (world) => {
  const groupId = world.name('group')
  await coordinator(world, groupId)
  for (const sessionTimeoutMs of timeouts)
    await join(
      world,
      `a session of ${sessionTimeoutMs} ms`,
      world.name(`s${sessionTimeoutMs}`),
      { sessionTimeoutMs },
      [4, 9],
    )
  await join(world, 'no group id', '')
  await join(world, 'no protocols', groupId, { protocols: [] })
  await join(world, 'no protocol type', groupId, { protocolType: '' })
  await join(world, 'a member nobody knows', groupId, { memberId: 'stranger' })
  const first = await join(world, 'first', groupId)
  const { memberId } = first
  const joined = await join(world, 'with the id it got', groupId, { memberId })
  const { generationId } = joined
  const heartbeat = (what: string, more: object = {}) =>
    world.ask(what, heartbeatApi, { groupId, generationId, memberId, ...more })
  await heartbeat('before it has synced')
  const sync = (what: string, more: object = {}, among: [number, number] = [0, 5]) =>
    world.ask(
      what,
      syncGroupApi,
      (version) => ({
        groupId,
        generationId,
        memberId,
        ...(version >= 5 && { protocolType: 'consumer', protocolName: 'range' }),
        assignments: [{ memberId, assignment: new TextEncoder().encode('share') }],
        ...more,
      }),
      among,
    )
  await sync('of another generation', { generationId: generationId + 1 })
  await sync('of a stranger', { memberId: 'stranger' })
  await sync('of another protocol', { protocolName: 'sticky', protocolType: 'consumer' }, [5, 5])
  await sync('of another type', { protocolName: 'range', protocolType: 'connect' }, [5, 5])
  await sync('with its share')
  await sync('again')
  await heartbeat('in time')
  await heartbeat('of another generation', { generationId: generationId + 1 })
  await heartbeat('of an older generation', { generationId: -1 })
  await heartbeat('of a stranger', { memberId: 'stranger' })
  await heartbeat('of no group', { groupId: '' })
  await sync('of no group', { groupId: '' })
  await heartbeat('of an unknown group', { groupId: world.name('unknown') })
  await join(world.other(), 'of another type', groupId, { protocolType: 'connect' })
  await join(world.other(), 'with other protocols', groupId, { protocols: ['sticky'] })
  const describe = (what: string, id: string) => world.ask(what, describeGroupsApi, { groups: [id] })
  await describe('the group', groupId)
  await describe('an unknown group', world.name('unknown'))
  const remove = (what: string, ...groupsNames: string[]) => world.ask(what, deleteGroupsApi, { groupsNames })
  await remove('a group with members', groupId)
  await remove('an unknown group', world.name('unknown'))
  await remove('an unknown group, twice', world.name('unknown'), world.name('unknown'))
  const leave = (what: string, id: string, group = groupId) =>
    world.ask(what, leaveGroupApi, (version) =>
      version >= 3 ? { groupId: group, members: [{ memberId: id }] } : { groupId: group, memberId: id },
    )
  await leave('a stranger', 'stranger')
  await leave('an unknown group', memberId, world.name('unknown'))
  await leave('of no group', memberId, '')
  await leave('the member', memberId)
  await leave('the member again', memberId)
  await heartbeat('after it left')
  await describe('the group, empty', groupId)
  await remove('the group, empty', groupId)
  await describe('the group, gone', groupId)
}

/** Two members, one after the other, and a static one. */
export const rebalance: Scenario = async (world) => {
  const groupId = world.name('shared')
  await coordinator(world, groupId)
  const one = (await join(world, 'one', groupId)).memberId
  const { generationId } = await join(world, 'one, with its id', groupId, { memberId: one })
  const share = (assigned: string) => [{ memberId: assigned, assignment: new Uint8Array([1]) }]
  await world.ask('one', syncGroupApi, { groupId, generationId, memberId: one, assignments: share(one) }, [0, 4])
  const second = world.other()
  const two = (await join(second, 'two', groupId)).memberId
  const twoJoins = join(second, 'two, with its id', groupId, { memberId: two }, [5, 5])
  // The first hears of it by a heartbeat: asked until it does, and not compared how often.
  await new Promise((resolve) => setTimeout(resolve, 300))
  await world.ask('one, while two joins', heartbeatApi, { groupId, generationId, memberId: one })
  await world.ask(
    'one commits meanwhile',
    offsetCommitApi,
    { groupId, generationIdOrMemberEpoch: generationId, memberId: one, topics: [] },
    [2, 9],
  )
  const again = await join(world, 'one again', groupId, { memberId: one }, [5, 5])
  const late = await twoJoins
  const assignments = [...share(one), ...share(two)]
  await second.ask(
    'two, of an older generation',
    syncGroupApi,
    { groupId, generationId, memberId: two, assignments: [] },
    [0, 4],
  )
  await world.ask(
    'one, for both',
    syncGroupApi,
    { groupId, generationId: again.generationId, memberId: one, assignments },
    [0, 4],
  )
  await second.ask(
    'two',
    syncGroupApi,
    { groupId, generationId: late.generationId, memberId: two, assignments: [] },
    [0, 4],
  )
  await world.ask(
    'both leave',
    leaveGroupApi,
    { groupId, members: [{ memberId: one }, { memberId: two }, { memberId: 'nobody' }] },
    [3, 5],
  )

  const fixed = world.name('fixed')
  await coordinator(world, fixed)
  const groupInstanceId = 'here'
  const old = await join(world, 'a static member', fixed, { groupInstanceId })
  await world.ask(
    'the static member',
    syncGroupApi,
    {
      groupId: fixed,
      generationId: old.generationId,
      memberId: old.memberId,
      groupInstanceId,
      assignments: share(old.memberId),
    },
    [3, 4],
  )
  const next = await join(world, 'the static member, restarted', fixed, { groupInstanceId }, [5, 5])
  await world.ask(
    'the old one',
    heartbeatApi,
    { groupId: fixed, generationId: old.generationId, memberId: old.memberId, groupInstanceId },
    [3, 4],
  )
  await world.ask(
    'the new one',
    heartbeatApi,
    { groupId: fixed, generationId: next.generationId, memberId: next.memberId, groupInstanceId },
    [3, 4],
  )
  await world.ask(
    'another instance',
    heartbeatApi,
    { groupId: fixed, generationId: next.generationId, memberId: next.memberId, groupInstanceId: 'there' },
    [3, 4],
  )
  await world.ask(
    'it leaves by its instance',
    leaveGroupApi,
    {
      groupId: fixed,
      members: [
        { memberId: '', groupInstanceId },
        { memberId: '', groupInstanceId: 'there' },
      ],
    },
    [3, 5],
  )
}

export const offsets: Scenario = async (world) => {
  const t = await newTopic(world, 'committed', 2)
  await produce(world, 'a record', t, batch())
  const groupId = world.name('offsets')
  await coordinator(world, groupId)
  const commit = (what: string, more: object = {}, place: object = {}) =>
    world.ask(
      what,
      offsetCommitApi,
      {
        groupId,
        topics: [
          { name: t, partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm', ...place }] },
        ],
        ...more,
      },
      [2, 9],
    )
  await commit('of nobody')
  await commit('with too much metadata', {}, { committedMetadata: 'x'.repeat(5_000) })
  await commit('without metadata', {}, { committedMetadata: null, partitionIndex: 1 })
  for (const committedOffset of [0, -1, -2]) await commit(`offset ${committedOffset}`, {}, { committedOffset })
  await commit('of an unknown partition', {}, { partitionIndex: 9 })
  await commit('of an unknown topic', {
    topics: [{ name: world.name('unknown'), partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
  })
  await commit('of no group', { groupId: '' })
  await commit('of a generation', { generationIdOrMemberEpoch: 3, memberId: '' })
  await commit('of a stranger', { generationIdOrMemberEpoch: 3, memberId: 'stranger' })
  await commit('of a stranger, no generation', { memberId: 'stranger' })
  await commit('of an unknown group, with a generation', {
    groupId: world.name('never'),
    generationIdOrMemberEpoch: 1,
    memberId: 'x',
  })
  const asked =
    (topics: object[] | null, id = groupId) =>
    (version: number) =>
      (version >= 8 ? { groups: [{ groupId: id, topics }] } : { groupId: id, topics }) as never
  const places = (name: string, ...partitionIndexes: number[]) => [{ name, partitionIndexes }]
  await world.ask('of two partitions', offsetFetchApi, asked(places(t, 0, 1)), [1, 9])
  await world.ask('of an unknown partition', offsetFetchApi, asked(places(t, 7)), [1, 9])
  await world.ask('of an unknown topic', offsetFetchApi, asked(places(world.name('unknown'), 0)), [1, 9])
  await world.ask('of everything', offsetFetchApi, asked(null), [2, 9])
  await world.ask('of nothing', offsetFetchApi, asked([]), [1, 9])
  await world.ask('of an unknown group', offsetFetchApi, asked(places(t, 0), world.name('none')), [1, 9])
  await world.ask('of an unknown group, everything', offsetFetchApi, asked(null, world.name('none')), [2, 9])
  await world.ask(
    'of a member that is not',
    offsetFetchApi,
    { groups: [{ groupId, memberId: 'stranger', memberEpoch: 3, topics: null }] },
    [9, 9],
  )
  const forget = (what: string, id: string, name: string, partitionIndex: number) =>
    world.ask(what, offsetDeleteApi, { groupId: id, topics: [{ name, partitions: [{ partitionIndex }] }] })
  await forget('of a partition', groupId, t, 1)
  await forget('of an unknown partition', groupId, t, 9)
  await forget('of an unknown topic', groupId, world.name('unknown'), 0)
  await forget('of an unknown group', world.name('none'), t, 0)
  await world.ask('of what is left', offsetFetchApi, asked(null), [2, 9])
  await world.ask('the group of the commits', describeGroupsApi, { groups: [groupId] })
}
