import type { Clock } from '@partita/protocol'
import type { ConfigSet } from '../configs/config-set.ts'
import type { GroupCoordinator } from '../groups/group-coordinator.ts'
import type { AdvertisedVersions } from './advertised-versions.ts'
import type { Storage } from './storage.ts'
import type { TopicRegistry } from '../topics/topic-registry.ts'
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.ts'

/** Where clients are told to find the broker. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** All that the broker knows. The handlers of the APIs read and change it; nothing else is shared between requests. */
export interface BrokerState {
  readonly clock: Clock
  /** The one node of the cluster: leader of every partition, coordinator of every group and transaction, controller. */
  readonly nodeId: number
  readonly clusterId: string
  readonly configs: ConfigSet
  readonly topics: TopicRegistry
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly endpoint: Endpoint
  /** What an ApiVersions answer lists: derived from the APIs that are served. */
  readonly apiVersions: readonly AdvertisedVersions[]
  /** An id that no producer had before. */
  nextProducerId(): number
  readonly storage: Storage
  /** Calls back when the broker closes, unless the returned function is called before. */
  readonly onClose: (listener: () => void) => () => void
  /** Tells whoever runs the broker, in one line, what they should know. */
  readonly warn: (message: string) => void
}
