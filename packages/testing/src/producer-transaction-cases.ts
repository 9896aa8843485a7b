import type { Transport } from '@partita/protocol'
import { batchOf, delay, eventually, numbered, readTopic, subscribeOptions, using, valuesOf } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame } from './expect.ts'
import { producerFencingCases } from './producer-fencing-cases.ts'
import { RecordingMember } from './recording-member.ts'
import { valuesIn, withProducer } from './transaction-scene.ts'

const visibilityCases: readonly ComplianceCase[] = [
  {
    name: 'what a transaction writes is seen by readers of committed records once it is committed, and not before',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ transport, topic, target, producer }) => {
        await using(new RecordingMember(transport), async (member) => {
          await member.join(subscribeOptions(harness.newGroupId(), [topic]))
          await producer.transactions.begin()
          await producer.write(target, ['a', 'b'])
          await delay(transport.clock, 200)
          expectSame(member.recordCount, 0, 'the records seen of an open transaction')
          await producer.transactions.commit()
          await eventually(transport.clock, 'the committed records', () => member.recordCount === 2)
          expectSame(valuesOf(member.recordsOf(target)), ['a', 'b'], 'the records of the transaction')
        })
      }),
  },
  {
    name: 'what an aborted transaction wrote is never seen, and the next transaction goes on',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ target, producer }) => {
        const { transactions } = producer
        await transactions.begin()
        await producer.write(target, ['never'])
        await transactions.abort()
        await transactions.begin()
        await producer.write(target, ['seen'])
        await transactions.commit()
        expectSame(await valuesIn(harness, target, 1), ['seen'], 'the committed records')
      }),
  },
  {
    name: 'transactions follow one another, over several partitions, each seen whole and in order',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(
        harness,
        async ({ topic, producer }) => {
          const expected: string[] = []
          for (const name of numbered('tx', 12)) {
            await producer.transactions.begin()
            await Promise.all([0, 1, 2].map((partition) => producer.write({ topic, partition }, [name])))
            await producer.write({ topic, partition: 1 }, [`${name}-again`])
            await producer.transactions.commit()
            expected.push(name, `${name}-again`)
          }
          const partitions = await readTopic(harness, topic, 48)
          expectSame(valuesOf(partitions.get(0)), numbered('tx', 12), 'the first partition')
          expectSame(valuesOf(partitions.get(1)), expected, 'the second partition')
          expectSame(valuesOf(partitions.get(2)), numbered('tx', 12), 'the third partition')
        },
        3,
      ),
  },
  {
    name: 'a transaction of nothing can be committed and aborted',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ producer: { transactions } }) => {
        await transactions.begin()
        await transactions.commit()
        await transactions.begin()
        await transactions.abort()
      }),
  },
]

const offsetCases: readonly ComplianceCase[] = [
  {
    name: 'offsets count with the transaction that takes them along, and not without it',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ transport, topic, target, producer }) => {
        const groupId = harness.newGroupId()
        const { transactions } = producer
        await using(new RecordingMember(transport), async (member) => {
          await member.join(subscribeOptions(groupId, [topic]))
          await using(transport.openAdmin(), async (admin) => {
            const committed = async () =>
              (await admin.fetchOffsets(groupId)).map((each) => [each.offset, each.metadata])
            await transactions.begin()
            await producer.write(target, ['a'])
            await transactions.sendOffsets(
              [{ ...target, offset: 1, metadata: 'one' }],
              member.membership.groupMetadata(),
            )
            expectSame(await committed(), [], 'the offsets of an open transaction')
            await transactions.commit()
            // A coordinator may answer before the last marker is written.
            await settled(async () => (await committed()).length === 1, transport)
            expectSame(await committed(), [[1, 'one']], 'the offsets of a committed transaction')
            await transactions.begin()
            await transactions.sendOffsets([{ ...target, offset: 7, metadata: '' }], member.membership.groupMetadata())
            await transactions.abort()
            await delay(transport.clock, 100)
            expectSame(await committed(), [[1, 'one']], 'the offsets after an aborted transaction')
          })
        })
      }),
  },
  {
    name: 'offsets of who is no longer the member it says are refused, and the transaction can only be aborted',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ transport, topic, target, producer }) => {
        const { transactions } = producer
        await using(new RecordingMember(transport), async (member) => {
          await member.join(subscribeOptions(harness.newGroupId(), [topic]))
          const group = member.membership.groupMetadata()
          const offsets = [{ ...target, offset: 1, metadata: '' }]
          const zombies = [
            { ...group, generationId: group.generationId - 1 },
            { ...group, memberId: 'somebody-else' },
          ]
          for (const zombie of zombies) {
            await transactions.begin()
            await producer.write(target, ['of a zombie'])
            await expectRejection(
              transactions.sendOffsets(offsets, zombie),
              'ILLEGAL_GENERATION',
              'UNKNOWN_MEMBER_ID',
              'FENCED_MEMBER_EPOCH',
              'STALE_MEMBER_EPOCH',
            )
            await expectRejection(transactions.commit(), 'INVALID_TXN_STATE')
            await transactions.abort()
          }
          await transactions.begin()
          await producer.write(target, ['of the member'])
          await transactions.sendOffsets(offsets, group)
          await transactions.commit()
        })
        expectSame(await valuesIn(harness, target, 1), ['of the member'], 'the committed records')
      }),
  },
]

const lostAnswerCases: readonly ComplianceCase[] = [
  {
    name: 'a batch of a transaction that is written again after its answer was lost is stored once',
    needs: ['transactions'],
    faults: ['loseNextProduceAnswer'],
    run: (harness) =>
      withProducer(harness, async ({ target, producer }) => {
        await producer.transactions.begin()
        await producer.write(target, ['a'])
        harness.faults?.loseNextProduceAnswer?.()
        await producer.write(target, ['b'])
        await producer.write(target, ['c'])
        await producer.transactions.commit()
        expectSame(await valuesIn(harness, target, 3), ['a', 'b', 'c'], 'the committed records')
      }),
  },
  {
    name: 'a transaction with a batch in doubt that was given up can only be aborted, and the next one goes on',
    needs: ['transactions'],
    faults: ['loseNextProduceAnswer'],
    run: (harness) =>
      withProducer(harness, async ({ target, producer }) => {
        const { transactions, session } = producer
        await transactions.begin()
        await producer.write(target, ['a'])
        const batch = batchOf(session, target, ['b'])
        harness.faults?.loseNextProduceAnswer?.()
        await expectRejection(session.write(batch), 'CONNECTION_FAILED', 'NETWORK_EXCEPTION', 'REQUEST_TIMEOUT')
        session.abandon(batch)
        await expectRejection(session.write(batchOf(session, target, ['c'])), 'INVALID_TXN_STATE')
        await expectRejection(transactions.commit(), 'INVALID_TXN_STATE')
        await transactions.abort()
        await transactions.begin()
        await producer.write(target, ['d'])
        await transactions.commit()
        expectSame(await valuesIn(harness, target, 1), ['d'], 'the committed records')
      }),
  },
  {
    name: 'a commit whose answer was lost is asked for again, and the next transaction goes on',
    needs: ['transactions'],
    faults: ['loseNextEndTxnAnswer'],
    run: (harness) =>
      withProducer(harness, async ({ target, producer }) => {
        for (const value of ['a', 'b']) {
          await producer.transactions.begin()
          await producer.write(target, [value])
          harness.faults?.loseNextEndTxnAnswer?.()
          await producer.transactions.commit()
        }
        expectSame(await valuesIn(harness, target, 2), ['a', 'b'], 'the committed records')
      }),
  },
]

/** Waits for what a coordinator does after it has answered. */
async function settled(condition: () => Promise<boolean>, { clock }: Transport): Promise<void> {
  for (let attempt = 0; attempt < 100 && !(await condition()); attempt++) await delay(clock, 20)
}

/** What a {@link ProducerTransport} with a `transactionalId` has to do. */
export const producerTransactionCases: readonly ComplianceCase[] = [
  ...visibilityCases,
  ...offsetCases,
  ...producerFencingCases,
  ...lostAnswerCases,
]
