import { partitionName, type TopicPartition } from '@partita/protocol'
import { delay, eventually, names, numbered, storeValues, subscribeOptions, using, valuesOf } from './case-helpers.ts'
import type { ComplianceCase, TransportHarness } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { RecordingMember } from './recording-member.ts'

/** The shortest that a broker for tests is asked to allow (`group.min.session.timeout.ms`). */
/** A session that is over before what a case does meanwhile, but for the heartbeats. */
function shortSession({ shortSessionMs = 1_000 }: TransportHarness) {
  const options = { sessionTimeoutMs: shortSessionMs, heartbeatIntervalMs: shortSessionMs / 5 }
  return { options, longerMs: shortSessionMs * 1.6 }
}

const sharingCases: readonly ComplianceCase[] = [
  {
    name: 'a second member gets its share only after the first has drained it, and finds its commit',
    needs: ['drainBeforeRevoke'],
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 4, 5)
      const { clock } = first.transport
      const options = subscribeOptions(groupId, [topic])
      let drained = false
      first.onRevoked = async (partitions) => {
        await delay(clock, 400)
        expectThat(second.assignment.length === 0, 'the other member has partitions that are still being drained')
        await first.membership.commit(partitions.map((each) => ({ ...each, offset: 4, metadata: 'drained' })))
        drained = true
      }
      await using(first, async () => {
        await first.join(options)
        await eventually(clock, 'the records', () => first.recordCount === 20)
        await using(second, async () => {
          await second.join(options)
          // Let in it may be at once, with nothing to its name (KIP-429).
          await eventually(clock, 'its share', () => second.assignment.length === 2)
          expectThat(drained, 'the second member has partitions before the first had drained')
          await eventually(clock, 'an even share', () => first.assignment.length === 2)
          const owned = [...first.assignment, ...second.assignment]
          expectSame(names(owned), names(all(topic, 4)), 'all partitions, each with one owner')
          const commits = second.assignment.map(({ committed }) => committed?.offset)
          expectSame(commits, [4, 4], 'the offsets that the second member finds')
          await eventually(clock, "the second member's records", () => second.recordCount >= 2)
          expectSame(second.recordCount, 2, 'records of the second member: only the last of each partition')
        })
      })
    },
  },
  {
    name: 'nothing of a partition comes between the moment it is to be given up and its next assignment',
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 2, 1)
      const { clock } = first.transport
      const options = subscribeOptions(groupId, [topic])
      first.onRevoked = async () => {
        for (const partition of [0, 1]) await storeValues(first.transport, { topic, partition }, numbered('late', 3))
        await delay(clock, 150)
      }
      await using(first, async () => {
        await first.join(options)
        await eventually(clock, 'the first records', () => first.recordCount === 2)
        await using(second, async () => {
          await second.join(options)
          await eventually(clock, 'the second round', () => first.assignment.length === 1)
        })
      })
      const owned = new Set<string>()
      for (const event of first.events) {
        if (event.kind === 'assigned') for (const each of event.partitions) owned.add(partitionName(each))
        if (event.kind === 'revoked' || event.kind === 'lost')
          for (const each of event.partitions) owned.delete(partitionName(each))
        if (event.kind === 'records')
          expectThat(owned.has(partitionName(event.batch)), 'records of a partition that is not owned')
      }
    },
  },
  {
    name: 'epochs never go back, and grow when a partition changes hands; members that share have the same',
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 2, 0)
      const { clock } = first.transport
      const options = subscribeOptions(groupId, [topic])
      await using(first, async () => {
        await first.join(options)
        // A coordinator may let a member in before it knows of a topic that was made a moment ago.
        await eventually(clock, 'everything', () => first.assignment.length === 2)
        const before = first.membership.epoch
        await using(second, async () => {
          await second.join(options)
          await eventually(
            clock,
            'both to share',
            () => first.assignment.length === 1 && second.assignment.length === 1,
          )
          // Who gave something up may hear of the new epoch a moment after the other has it.
          const isSame = (): boolean => first.membership.epoch === second.membership.epoch
          await eventually(clock, 'the two members to be in one epoch', isSame)
          expectThat(first.membership.epoch > before, 'the epoch in which they share is greater')
        })
      })
      const epochs = first.events.flatMap((event) => (event.kind === 'assigned' ? [event.epoch] : []))
      expectSame(
        epochs,
        epochs.toSorted((a, b) => a - b),
        'the epochs, in the order they came',
      )
      const taken = names(second.assignment)
      const epochOf = ({ events }: RecordingMember): number =>
        events.flatMap((event) => {
          if (event.kind !== 'assigned') return []
          return names(event.partitions).some((name) => taken.includes(name)) ? [event.epoch] : []
        })[0]!
      expectThat(epochOf(second) > epochOf(first), 'the next owner has a partition in a greater epoch')
    },
  },
  {
    name: 'a member that leaves hands over at once, without the session timeout',
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 2, 3)
      const { clock } = first.transport
      const options = subscribeOptions(groupId, [topic], { sessionTimeoutMs: 30_000 })
      await using(second, async () => {
        await using(first, async () => {
          await first.join(options)
          await second.join(options)
          await eventually(
            clock,
            'both to share',
            () => first.assignment.length === 1 && second.assignment.length === 1,
          )
          await first.membership.leave()
        })
        await eventually(clock, 'all partitions at the other', () => second.assignment.length === 2)
        await expectRejection(
          first.membership.commit([{ topic, partition: 0, offset: 1, metadata: '' }]),
          'CLOSED',
          'UNKNOWN_MEMBER_ID',
          'PARTITION_LOST',
        )
      })
    },
  },
  {
    name: 'a commit for a partition that the member does not own is refused',
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 2, 0)
      const { clock } = first.transport
      const options = subscribeOptions(groupId, [topic])
      await using(first, async () => {
        await first.join(options)
        await using(second, async () => {
          await second.join(options)
          await eventually(
            clock,
            'both to share',
            () => first.assignment.length === 1 && second.assignment.length === 1,
          )
          const theirs = second.assignment.map(({ partition }) => ({ topic, partition, offset: 1, metadata: '' }))
          const error = await expectRejection(first.membership.commit(theirs), 'PARTITION_LOST')
          expectSame(error.place.partition, theirs[0]?.partition, 'the partition that the error names')
          const ours = first.assignment.map(({ partition }) => ({ topic, partition, offset: 0, metadata: '' }))
          await first.membership.commit(ours)
        })
      })
    },
  },
]

const aliveCases: readonly ComplianceCase[] = [
  {
    name: 'a member stays in while everything is paused for longer than the session timeout',
    needs: ['backgroundHeartbeat'],
    async run(harness) {
      const { topic, groupId, first } = await group(harness, 2, 2)
      const { clock } = first.transport
      await using(first, async () => {
        const { options, longerMs } = shortSession(harness)
        await first.join(subscribeOptions(groupId, [topic], options))
        await eventually(clock, 'the records', () => first.recordCount === 4)
        first.membership.pause(all(topic, 2))
        await delay(clock, longerMs)
        await first.membership.commit([{ topic, partition: 0, offset: 2, metadata: '' }])
        first.membership.resume(all(topic, 2))
        await storeValues(first.transport, { topic, partition: 1 }, ['after'])
        await eventually(clock, 'what comes after', () => first.recordCount === 5)
        expectSame(valuesOf(first.recordsOf({ topic, partition: 1 })), ['p1-0', 'p1-1', 'after'], 'the records')
        expectSame(first.events.filter(({ kind }) => kind === 'assigned').length, 1, 'assignments')
      })
    },
  },
  {
    name: 'a member stays in while it drains for longer than the session timeout, and its commits are good',
    needs: ['drainBeforeRevoke', 'backgroundHeartbeat'],
    async run(harness) {
      const { topic, groupId, first, second } = await group(harness, 2, 1)
      const { clock } = first.transport
      const { options: own, longerMs } = shortSession(harness)
      const options = subscribeOptions(groupId, [topic], own)
      let outcome = 'not called'
      first.onRevoked = async (partitions) => {
        await delay(clock, longerMs)
        const commit = first.membership.commit(partitions.map((each) => ({ ...each, offset: 1, metadata: '' })))
        outcome = await commit.then(() => 'committed', String)
      }
      await using(first, async () => {
        await first.join(options)
        await eventually(clock, 'all of it at the first', () => first.assignment.length === 2)
        await using(second, async () => {
          await second.join(options)
          await eventually(
            clock,
            'both to share',
            () => first.assignment.length === 1 && second.assignment.length === 1,
          )
          expectSame(outcome, 'committed', 'the commit at the end of the drain')
          expectSame(first.events.filter(({ kind }) => kind === 'lost').length, 0, 'losses')
        })
      })
    },
  },
]

interface Group {
  readonly topic: string
  readonly groupId: string
  readonly first: RecordingMember
  readonly second: RecordingMember
}

/** A topic with `count` records, `p0-0` … in each partition, and two members that have not joined yet. */
async function group(harness: TransportHarness, partitions: number, count: number): Promise<Group> {
  const topic = await harness.newTopic(partitions)
  const transport = harness.newTransport()
  if (count > 0) {
    await Promise.all(
      all(topic, partitions).map((each) => storeValues(transport, each, numbered(`p${each.partition}`, count))),
    )
  }
  const [first, second] = [new RecordingMember(transport), new RecordingMember(harness.newTransport())]
  return { topic, groupId: harness.newGroupId(), first, second }
}

function all(topic: string, partitions: number): TopicPartition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}

/** What every {@link ConsumerTransport} has to do as a member among others. */
export const consumerGroupCases: readonly ComplianceCase[] = [...sharingCases, ...aliveCases]
