import type { TransportGuarantees } from '@partita/protocol'

/** What this transport keeps: all of it. */
export const nativeGuarantees: TransportGuarantees = {
  idempotentWrites: true,
  resultPerBatch: true,
  drainBeforeRevoke: true,
  cooperativeRebalance: true,
  consumerGroupProtocol: true,
  backgroundHeartbeat: true,
  commitMetadata: true,
  orderedHeaders: true,
  transactions: true,
}
