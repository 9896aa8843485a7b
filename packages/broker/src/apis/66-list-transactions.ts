import { kafkaErrorCodes } from '@partita/protocol'
import { listTransactionsApi, type RequestOf } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Transaction } from '../transactions/transaction.ts'

type Request = RequestOf<typeof listTransactionsApi>

/** What a filter may name: also the states that a transaction never shows here. (Java: `TransactionState`.) */
const knownStates: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'PrepareEpochFence',
  'Dead',
]

/** The transactional ids that this node coordinates, or those among them of some states, some producers, or with a transaction that has run for some time. */
export const listTransactions: ServedApi = serve<typeof listTransactionsApi>({
  api: listTransactionsApi,
  versions: [0, 1],
  handle(request, context) {
    const { clock, transactions } = context.broker
    const now = clock.now()
    const here = [...transactions.all()].filter(({ id }) => coordinatorError('transaction', id, context) === 'NONE')
    const listed = here.filter((transaction) => allows(request, transaction, now))
    return {
      errorCode: kafkaErrorCodes.NONE,
      unknownStateFilters: request.stateFilters.filter((state) => !knownStates.includes(state)),
      transactionStates: listed.map(({ id, state, producer }) => ({
        transactionalId: id,
        producerId: producer.producerId,
        transactionState: state,
      })),
    }
  },
  refuse: (_request, errorCode) => ({ errorCode, unknownStateFilters: [], transactionStates: [] }),
})

/** An empty filter allows everything, as does a duration below zero. */
function allows(
  { stateFilters, producerIdFilters, durationFilter }: Request,
  { state, producer, startedAt }: Transaction,
  now: number,
): boolean {
  if (stateFilters.length > 0 && !stateFilters.includes(state)) return false
  if (producerIdFilters.length > 0 && !producerIdFilters.includes(producer.producerId)) return false
  return durationFilter < 0 || now - startedAt > durationFilter
}
