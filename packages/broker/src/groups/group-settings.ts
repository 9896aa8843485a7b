import type { ConfigSet } from '../configs/config-set.ts'
import type { ConsumerGroupSettings } from '../consumer-groups/consumer-group.ts'

/** What holds for all groups of a broker. Times in milliseconds. Read when needed: settings change while it runs. */
export interface GroupSettings extends ConsumerGroupSettings {
  readonly initialRebalanceDelayMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly maxSize: number
  readonly offsetMetadataMaxBytes: number
}

export function groupSettingsOf(configs: ConfigSet): GroupSettings {
  return {
    get initialRebalanceDelayMs() {
      return configs.number('group.initial.rebalance.delay.ms')
    },
    get minSessionTimeoutMs() {
      return configs.number('group.min.session.timeout.ms')
    },
    get maxSessionTimeoutMs() {
      return configs.number('group.max.session.timeout.ms')
    },
    get maxSize() {
      return configs.number('group.max.size')
    },
    get consumerSessionTimeoutMs() {
      return configs.number('group.consumer.session.timeout.ms')
    },
    get consumerHeartbeatIntervalMs() {
      return configs.number('group.consumer.heartbeat.interval.ms')
    },
    get consumerMaxSize() {
      return configs.number('group.consumer.max.size')
    },
    get offsetMetadataMaxBytes() {
      return configs.number('offset.metadata.max.bytes')
    },
  }
}
