/**
 * The highest versions to speak of transactions in. The newest versions of these requests belong to the transactions of
 * KIP-890, and mean something else without them. Infinity: the highest that both sides know.
 */
export interface TransactionVersions {
  readonly produce: number
  readonly txnOffsetCommit: number
  readonly endTxn: number
}

/** For clusters whose feature `transaction.version` is below 2. */
export const classicVersions: TransactionVersions = { produce: 11, txnOffsetCommit: 4, endTxn: 4 }

/**
 * KIP-890: partitions and groups are added to a transaction by what is written to them, and each transaction has an epoch
 * of its own, which the end of the last one gave.
 */
export const selfAddingVersions: TransactionVersions = {
  produce: Infinity,
  txnOffsetCommit: Infinity,
  endTxn: Infinity,
}
