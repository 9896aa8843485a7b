import { systemClock } from '@partita/protocol'
import { randomPartition } from './availability.ts'
import type { ClockOption, KeylessStrategy } from './strategy.ts'

/** Any partition that has a leader, chosen anew for every record. */
export function random(options: ClockOption = {}): KeylessStrategy {
  const { clock = systemClock } = options
  return {
    name: 'random',
    deterministic: false,
    forTopic: () => ({ partition: (_key, partitions) => randomPartition(partitions, clock) }),
  }
}
