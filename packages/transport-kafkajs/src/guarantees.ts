import type { TransportGuarantees } from '@partita/protocol'

/** What this transport can keep, and why not where it cannot. */
export const kafkajsGuarantees: TransportGuarantees = {
  idempotentWrites: true,
  resultPerBatch: true,
  drainBeforeRevoke: true,
  cooperativeRebalance:
    'kafkajs joins groups with the eager protocol only: a member gives up all its partitions at each rebalance.',
  consumerGroupProtocol:
    'kafkajs knows the classic group protocol only: it has no ConsumerGroupHeartbeat to send (KIP-848).',
  backgroundHeartbeat: true,
  commitMetadata: true,
  orderedHeaders:
    'kafkajs decodes headers into an object: values of a repeated name are grouped, and integer-like names come first. ' +
    'Written headers keep their order.',
  transactions:
    "kafkajs's requests know neither a member's generation beside the offsets of a transaction (KIP-447) nor how a producer " +
    'goes on after an error (KIP-360). @partita/transport-native has transactions.',
}
