import type { ConfigSet } from '../configs/config-set.ts'

/** What holds for all transactions of a broker. Times in milliseconds. Read when needed: settings change while it runs. */
export interface TransactionSettings {
  readonly maxTimeoutMs: number
  /** A transactional id that is not used for so long, and has no open transaction, is forgotten. */
  readonly idExpirationMs: number
}

export function transactionSettingsOf(configs: ConfigSet): TransactionSettings {
  return {
    get maxTimeoutMs() {
      return configs.number('transaction.max.timeout.ms')
    },
    get idExpirationMs() {
      return configs.number('transactional.id.expiration.ms')
    },
  }
}
