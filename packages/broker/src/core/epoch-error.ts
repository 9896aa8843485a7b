import type { KafkaErrorName } from '@partita/protocol'

/** What to say to a client that knows a partition's leader by another epoch (KIP-320). -1: it does not say. */
export function epochError(
  asked: number,
  current: number,
): Extract<KafkaErrorName, 'NONE' | 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH'> {
  if (asked < 0 || asked === current) return 'NONE'
  return asked < current ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}
