import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { describeTransactionsApi, type ResponseInput } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import type { Transaction } from '../transactions/transaction.ts'

type TransactionResponse = ResponseInput<typeof describeTransactionsApi>['transactionStates'][number]

/** State, producer and partitions of transactions. Groups in them do not show: they have no partition of their own here. */
export const describeTransactions: ServedApi = serve<typeof describeTransactionsApi>({
  api: describeTransactionsApi,
  versions: [0, 0],
  handle: ({ transactionalIds }, context) => ({
    transactionStates: transactionalIds.map((id) => {
      const elsewhere = coordinatorError('transaction', id, context)
      if (elsewhere !== 'NONE') return failed(id, kafkaErrorCodes[elsewhere])
      const transaction = context.broker.transactions.get(id)
      if (transaction !== undefined) return described(transaction)
      const error: KafkaErrorName = id === '' ? 'INVALID_REQUEST' : 'TRANSACTIONAL_ID_NOT_FOUND'
      return failed(id, kafkaErrorCodes[error])
    }),
  }),
  refuse: ({ transactionalIds }, errorCode) => ({
    transactionStates: transactionalIds.map((id) => failed(id, errorCode)),
  }),
})

function described({ id, state, timeoutMs, startedAt, producer, partitions }: Transaction): TransactionResponse {
  return {
    errorCode: kafkaErrorCodes.NONE,
    transactionalId: id,
    transactionState: state,
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: startedAt,
    ...producer,
    topics: Array.from(partitions, ([topic, indexes]) => ({ topic, partitions: [...indexes] })),
  }
}

function failed(transactionalId: string, errorCode: number): TransactionResponse {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  }
}
