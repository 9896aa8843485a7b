import type { SubscribeOptions } from '@partita/protocol'
import { eventually, names, subscribeOptions, using } from './case-helpers.ts'
import type { ComplianceCase, TransportHarness } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { prepared } from './prepared-member.ts'
import { RecordingMember } from './recording-member.ts'

/** Two members of a group share three partitions; gives the numbers that each has, in the order of the members' ids. */
async function shares(harness: TransportHarness, own: Partial<SubscribeOptions>): Promise<number[][]> {
  const { member: first, topic } = await prepared(harness, 3, 0)
  const second = new RecordingMember(harness.newTransport())
  const options = { ...subscribeOptions(harness.newGroupId(), [topic]), groupProtocol: 'classic' as const, ...own }
  return using(first, async () => {
    await first.join(options)
    return using(second, async () => {
      await second.join(options)
      const owned = (): string[] => names([...first.assignment, ...second.assignment])
      const areShared = (): boolean => owned().length === 3 && second.assignment.length > 0
      await eventually(first.transport.clock, 'both to share', areShared)
      expectSame(owned(), names([0, 1, 2].map((partition) => ({ topic, partition }))), 'all partitions, once each')
      return [first, second]
        .toSorted((a, b) => (a.membership.memberId < b.membership.memberId ? -1 : 1))
        .map(({ assignment }) => assignment.map(({ partition }) => partition).toSorted((a, b) => a - b))
    })
  })
}

/** The ways in which a member of a group may ask for its partitions to be shared out. */
export const consumerProtocolCases: readonly ComplianceCase[] = [
  {
    name: 'a classic group with the assignor `range` shares out neighbours',
    async run(harness) {
      const partitionAssignmentStrategy = ['range'] as const
      expectSame(await shares(harness, { partitionAssignmentStrategy }), [[0, 1], [2]], 'the shares')
    },
  },
  {
    name: 'a classic group with the assignor `roundrobin` shares out in turn',
    async run(harness) {
      const partitionAssignmentStrategy = ['roundrobin'] as const
      expectSame(await shares(harness, { partitionAssignmentStrategy }), [[0, 2], [1]], 'the shares')
    },
  },
  {
    name: 'an eager member gives up all that it has before it joins again',
    async run(harness) {
      const { member: first, topic } = await prepared(harness, 2, 0)
      const second = new RecordingMember(harness.newTransport())
      const own = { groupProtocol: 'classic', partitionAssignmentStrategy: ['roundrobin'] } as const
      const options = { ...subscribeOptions(harness.newGroupId(), [topic]), ...own }
      await using(first, async () => {
        await first.join(options)
        await using(second, async () => {
          await second.join(options)
          const areShared = (): boolean => first.assignment.length === 1 && second.assignment.length === 1
          await eventually(first.transport.clock, 'both to share', areShared)
        })
        const revoked = first.events.find(({ kind }) => kind === 'revoked')
        expectThat(revoked?.kind === 'revoked' && revoked.partitions.length === 2, 'not all of it was given up')
      })
    },
  },
  {
    name: 'a group of the consumer protocol goes by the assignor that its members ask for',
    needs: ['consumerGroupProtocol'],
    async run(harness) {
      const own = { groupProtocol: 'consumer', groupRemoteAssignor: 'range' } as const
      expectSame(await shares(harness, own), [[0, 1], [2]], 'the shares')
    },
  },
  {
    name: 'a static member of the consumer protocol comes back to what it had, unnoticed',
    needs: ['consumerGroupProtocol'],
    async run(harness) {
      const { member: other, topic } = await prepared(harness, 2, 0)
      const { clock } = other.transport
      const options = { ...subscribeOptions(harness.newGroupId(), [topic]), groupProtocol: 'consumer' as const }
      const newRun = (): RecordingMember => new RecordingMember(harness.newTransport())
      const [one, two] = [newRun(), newRun()]
      await using(other, async () => {
        await other.join(options)
        const owned = await using(one, async () => {
          await one.join({ ...options, groupInstanceId: 'pod' })
          const areShared = (): boolean => one.assignment.length === 1 && other.assignment.length === 1
          await eventually(clock, 'both to share', areShared)
          return names(one.assignment)
        })
        const before = other.events.length
        await using(two, async () => {
          await two.join({ ...options, groupInstanceId: 'pod' })
          await eventually(clock, 'what it had', () => two.assignment.length === 1)
          expectSame(names(two.assignment), owned, 'what the next run has')
          expectSame(other.events.length, before, 'what the other member noticed')
        })
      })
    },
  },
  {
    name: 'an assignor that the broker does not have is refused',
    needs: ['consumerGroupProtocol'],
    async run(harness) {
      const { member, topic } = await prepared(harness, 1, 0)
      const own = { groupProtocol: 'consumer', groupRemoteAssignor: 'no-such' } as const
      await using(member, async () => {
        const joining = member.join({ ...subscribeOptions(harness.newGroupId(), [topic]), ...own })
        await expectRejection(joining, 'UNSUPPORTED_ASSIGNOR')
      })
    },
  },
  {
    name: 'what one group protocol has no use for is refused rather than passed over',
    async run(harness) {
      const { topic, transport } = await prepared(harness, 1, 0)
      const mistakes: Partial<SubscribeOptions>[] = [
        { groupProtocol: 'classic', groupRemoteAssignor: 'uniform' },
        { groupProtocol: 'consumer', partitionAssignmentStrategy: ['range'] },
        { groupProtocol: 'classic', partitionAssignmentStrategy: [] },
      ]
      for (const own of mistakes) {
        const member = new RecordingMember(transport)
        const options = { ...subscribeOptions(harness.newGroupId(), [topic]), ...own }
        await using(member, () => expectRejection(member.join(options), 'INVALID_OPTION'))
      }
    },
  },
]
