import { partitionName, type AdminTransport, type Transport } from '@partita/protocol'
import {
  delay,
  eventually,
  names,
  store,
  producerOptions,
  roomyLimits,
  storeValues,
  subscribeOptions,
  using,
} from './case-helpers.ts'
import type { ComplianceCase, TransportHarness } from './compliance.ts'
import { expectRejection, expectSame, expectThat } from './expect.ts'
import { RecordingMember } from './recording-member.ts'

type AdminCase = (admin: AdminTransport, harness: TransportHarness, transport: Transport) => Promise<void>

/** A case with an admin session that is closed at its end. */
function adminCase(name: string, run: AdminCase): ComplianceCase {
  return {
    name,
    run(harness) {
      const transport = harness.newTransport()
      return using(transport.openAdmin(), (admin) => run(admin, harness, transport))
    },
  }
}

const topicCases: readonly ComplianceCase[] = [
  adminCase(
    'a topic that was created is listed and described, each partition with a leader',
    async (admin, harness) => {
      const topic = `${await harness.newTopic(1)}-made`
      await admin.createTopics([
        { topic, numPartitions: 3, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } },
      ])
      expectThat((await admin.listTopics()).includes(topic), 'the new topic is not listed')
      const [description] = await admin.describeTopics([topic])
      expectSame(description?.topic, topic, 'the topic')
      expectSame(
        description?.partitions.map(({ partition }) => partition),
        [0, 1, 2],
        'the partitions',
      )
      expectThat(description?.partitions.every(({ leader }) => leader >= 0) === true, 'a partition has no leader')
      await admin.deleteTopics([topic])
    },
  ),
  adminCase('creating refuses what exists and what cannot be', async (admin, harness) => {
    const topic = await harness.newTopic(1)
    const error = await expectRejection(admin.createTopics([{ topic }]), 'TOPIC_ALREADY_EXISTS')
    expectSame(error.place.topic, topic, 'the topic that the error names')
    const fresh = `${topic}-fresh`
    await expectRejection(admin.createTopics([{ topic: fresh, numPartitions: 0 }]), 'INVALID_PARTITIONS')
    await expectRejection(
      admin.createTopics([{ topic: fresh, numPartitions: 1, replicationFactor: 0 }]),
      'INVALID_REPLICATION_FACTOR',
    )
    await expectRejection(
      admin.createTopics([{ topic: fresh, numPartitions: 1, configs: { 'retention.ms': 'soon' } }]),
      'INVALID_CONFIG',
    )
    await expectRejection(admin.createTopics([{ topic: 'no such name!' }]), 'INVALID_TOPIC_EXCEPTION')
    expectThat(!(await admin.listTopics()).includes(fresh), 'a refused topic was created')
  }),
  adminCase('a deleted topic is gone, and cannot be deleted again', async (admin, harness, { clock }) => {
    const topic = await harness.newTopic(1)
    await admin.deleteTopics([topic])
    let listed = await admin.listTopics()
    for (let tries = 0; listed.includes(topic) && tries < 50; tries++) {
      await delay(clock, 20)
      listed = await admin.listTopics()
    }
    expectThat(!listed.includes(topic), 'the deleted topic is still listed')
    await expectRejection(admin.deleteTopics([topic]), 'UNKNOWN_TOPIC_OR_PARTITION')
    const error = await expectRejection(admin.describeTopics([topic]), 'UNKNOWN_TOPIC_OR_PARTITION')
    expectSame(error.place.topic, topic, 'the topic that the error names')
  }),
  adminCase('a topic grows, and does not shrink', async (admin, harness) => {
    const topic = await harness.newTopic(2)
    await admin.createPartitions(topic, 5)
    const [description] = await admin.describeTopics([topic])
    expectSame(description?.partitions.length, 5, 'the partitions')
    await expectRejection(admin.createPartitions(topic, 3), 'INVALID_PARTITIONS')
    await expectRejection(admin.createPartitions(`${topic}-of-nobody`, 3), 'UNKNOWN_TOPIC_OR_PARTITION')
  }),
  adminCase('offsets are told of both ends of a log, and of a moment', async (admin, harness, transport) => {
    const topic = await harness.newTopic(2)
    await using(transport.openProducer(producerOptions(transport)), async (producer) => {
      const builder = producer.openBatch({ topic, partition: 1 }, roomyLimits)
      for (const timestamp of [1_000, 2_000, 3_000]) builder.append(timestamp, null, 'v', [])
      await store(producer, builder.seal(), transport.clock)
    })
    const told = async (at: Parameters<AdminTransport['listOffsets']>[1]): Promise<number[]> => {
      const offsets = await admin.listOffsets(topic, at)
      expectSame(names(offsets), [`${topic}-0`, `${topic}-1`], 'the partitions')
      return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
    }
    expectSame(await told('earliest'), [0, 0], 'the beginnings')
    expectSame(await told('latest'), [0, 3], 'the ends')
    expectSame(await told({ timestamp: 1_500 }), [-1, 1], 'the first offsets from a moment on')
    expectSame(await told({ timestamp: 9_000 }), [-1, -1], 'the first offsets from after all records')
    await expectRejection(admin.listOffsets(`${topic}-of-nobody`, 'latest'), 'UNKNOWN_TOPIC_OR_PARTITION')
  }),
]

const groupCases: readonly ComplianceCase[] = [
  adminCase(
    'a group is listed and described: its members, and what each of them has',
    async (admin, harness, transport) => {
      const topic = await harness.newTopic(2)
      const groupId = harness.newGroupId()
      const member = new RecordingMember(transport)
      await using(member, async () => {
        await member.join(subscribeOptions(groupId, [topic]))
        const listed = (await admin.listGroups()).find((each) => each.groupId === groupId)
        expectSame(listed, { groupId, protocolType: 'consumer' }, 'the listing')
        const [description] = await admin.describeGroups([groupId])
        expectSame([description?.groupId, description?.state], [groupId, 'Stable'], 'group and state')
        expectSame(
          description?.members.map(({ memberId }) => memberId),
          [member.membership.memberId],
          'the members',
        )
        expectSame(names(description?.members[0]?.partitions ?? []), names(member.assignment), 'what it has')
        await member.membership.leave()
      })
      const [left] = await admin.describeGroups([groupId])
      expectThat(left?.state === 'Empty' || left?.state === 'Dead', `the state after all have left is ${left?.state}`)
      expectSame(left?.members, [], 'the members after all have left')
    },
  ),
  adminCase('a group that nobody knows is dead, or not found', async (admin, harness) => {
    const groupId = harness.newGroupId()
    const [outcome] = await Promise.allSettled([admin.describeGroups([groupId])])
    if (outcome.status === 'fulfilled')
      expectSame(
        outcome.value.map(({ state }) => state),
        ['Dead'],
        'the state',
      )
    else await expectRejection(Promise.reject(outcome.reason as Error), 'GROUP_ID_NOT_FOUND')
    await expectRejection(admin.deleteGroups([groupId]), 'GROUP_ID_NOT_FOUND')
    expectSame(await admin.fetchOffsets(groupId), [], 'its commits')
  }),
  adminCase('offsets are set with their text, and only partitions with a commit are told', async (admin, harness) => {
    const [one, two] = [await harness.newTopic(3), await harness.newTopic(1)]
    const groupId = harness.newGroupId()
    await admin.alterOffsets(groupId, [
      { topic: one, partition: 1, offset: 7, metadata: 'seven – naïve' },
      { topic: two, partition: 0, offset: 0, metadata: '' },
    ])
    const committed = (await admin.fetchOffsets(groupId)).toSorted((a, b) => b.offset - a.offset)
    expectSame(
      committed.map((each) => [partitionName(each), each.offset, each.metadata]),
      [
        [`${one}-1`, 7, 'seven – naïve'],
        [`${two}-0`, 0, ''],
      ],
      'all commits',
    )
    const ofTwo = await admin.fetchOffsets(groupId, [two])
    expectSame(
      ofTwo.map((each) => [partitionName(each), each.offset]),
      [[`${two}-0`, 0]],
      'the commits of one topic',
    )
    expectSame(await admin.fetchOffsets(groupId, []), [], 'the commits of no topic')
    await admin.alterOffsets(groupId, [{ topic: one, partition: 1, offset: 2, metadata: '' }])
    const [back] = await admin.fetchOffsets(groupId, [one])
    expectSame([back?.offset, back?.metadata], [2, ''], 'a commit that was set back')
    await expectRejection(
      admin.alterOffsets(groupId, [{ topic: one, partition: 0, offset: -1, metadata: '' }]),
      'INVALID_OPTION',
    )
    await admin.deleteGroups([groupId])
    expectSame(await admin.fetchOffsets(groupId), [], 'the commits of a deleted group')
  }),
  adminCase('a group with members keeps its offsets and cannot be deleted', async (admin, harness, transport) => {
    const topic = await harness.newTopic(1)
    const groupId = harness.newGroupId()
    await storeValues(transport, { topic, partition: 0 }, ['a'])
    const member = new RecordingMember(transport)
    await using(member, async () => {
      await member.join(subscribeOptions(groupId, [topic]))
      await eventually(transport.clock, 'the record', () => member.recordCount === 1)
      const altered = admin.alterOffsets(groupId, [{ topic, partition: 0, offset: 0, metadata: '' }])
      const error = await expectRejection(altered, 'NON_EMPTY_GROUP')
      expectSame(error.place.groupId, groupId, 'the group that the error names')
      await expectRejection(admin.deleteGroups([groupId]), 'NON_EMPTY_GROUP')
    })
  }),
  {
    name: 'an admin session that was closed refuses further calls, and may be closed again',
    async run(harness) {
      const admin = harness.newTransport().openAdmin()
      await admin.listTopics()
      await admin.close()
      await admin.close()
      await expectRejection(admin.listTopics(), 'CLOSED')
    },
  },
]

/** What every {@link AdminTransport} has to do. */
export const adminTransportCases: readonly ComplianceCase[] = [...topicCases, ...groupCases]
