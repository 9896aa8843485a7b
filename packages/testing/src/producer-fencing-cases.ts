import { batchOf, producerOptions, using } from './case-helpers.ts'
import type { ComplianceCase } from './compliance.ts'
import { expectRejection, expectSame } from './expect.ts'
import { TransactionalProducer, valuesIn, withProducer } from './transaction-scene.ts'

/** Who may write, commit and take offsets along, and when. */
export const producerFencingCases: readonly ComplianceCase[] = [
  {
    name: 'the latest producer with a transactional id fences the one before, and aborts what that left open',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ transport, target, transactionalId, producer: first }) => {
        await first.transactions.begin()
        await first.write(target, ['left open'])
        await using(new TransactionalProducer(transport, transactionalId), async (second) => {
          await second.transactions.begin()
          await second.write(target, ['of the second'])
          await expectRejection(first.write(target, ['of a zombie']), 'PRODUCER_FENCED', 'INVALID_TXN_STATE')
          await expectRejection(first.transactions.commit(), 'PRODUCER_FENCED', 'INVALID_TXN_STATE')
          await first.transactions.abort().catch(() => undefined)
          await expectRejection(first.transactions.begin(), 'PRODUCER_FENCED')
          await expectRejection(first.transactions.begin(), 'PRODUCER_FENCED')
          await second.transactions.commit()
          await second.transactions.begin()
          await second.write(target, ['more of the second'])
          await second.transactions.commit()
        })
        const values = await valuesIn(harness, target, 2)
        expectSame(values, ['of the second', 'more of the second'], 'the committed records')
      }),
  },
  {
    name: 'outside of a transaction nothing can be written, committed or taken along',
    needs: ['transactions'],
    run: (harness) =>
      withProducer(harness, async ({ target, producer }) => {
        const { transactions, session } = producer
        const group = { groupId: harness.newGroupId(), generationId: -1, memberId: '' }
        const refused = async (): Promise<void> => {
          await expectRejection(session.write(batchOf(session, target, ['outside'])), 'INVALID_TXN_STATE')
          await expectRejection(transactions.commit(), 'INVALID_TXN_STATE')
          await expectRejection(
            transactions.sendOffsets([{ ...target, offset: 1, metadata: '' }], group),
            'INVALID_TXN_STATE',
          )
        }
        await refused()
        await transactions.begin()
        await expectRejection(transactions.begin(), 'INVALID_TXN_STATE')
        await producer.write(target, ['inside'])
        await transactions.commit()
        await refused()
        expectSame(await valuesIn(harness, target, 1), ['inside'], 'the committed records')
      }),
  },
  {
    name: 'transactions come with a transactional id only, and need idempotence',
    needs: ['transactions'],
    async run(harness) {
      const transport = harness.newTransport()
      await using(transport.openProducer(producerOptions(transport)), (producer) => {
        expectSame(producer.transactions, undefined, 'the transactions of a producer without a transactional id')
        return Promise.resolve()
      })
      const open = async (): Promise<void> => {
        const options = producerOptions(transport, { transactionalId: 'x', enableIdempotence: false })
        await transport.openProducer(options).close()
      }
      await expectRejection(open(), 'INVALID_OPTION')
    },
  },
]
