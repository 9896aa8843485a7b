import { addPartitionsToTxnApi, type Api, endTxnApi, produceApi, txnOffsetCommitApi } from '@partita/wire'

/** From version 4 on it is between brokers. */
export const addPartitionsApi: typeof addPartitionsToTxnApi = upTo(addPartitionsToTxnApi, 3)

/** The requests whose newest versions belong to the transactions of KIP-890, and mean something else without them. */
export interface TransactionApis {
  readonly produce: typeof produceApi
  readonly txnOffsetCommit: typeof txnOffsetCommitApi
  readonly endTxn: typeof endTxnApi
}

/** For clusters whose feature `transaction.version` is below 2. */
export const classicApis: TransactionApis = {
  produce: upTo(produceApi, 11),
  txnOffsetCommit: upTo(txnOffsetCommitApi, 4),
  endTxn: upTo(endTxnApi, 4),
}

/**
 * KIP-890: partitions and groups are added to a transaction by what is written to them, and each transaction has an epoch
 * of its own, which the end of the last one gave.
 */
export const selfAddingApis: TransactionApis = {
  produce: produceApi,
  txnOffsetCommit: txnOffsetCommitApi,
  endTxn: endTxnApi,
}

function upTo<A extends Api>(api: A, version: number): A {
  return Object.freeze({ ...api, versions: [api.versions[0], version] })
}
