import type { Clock } from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { ConfigSet } from '../configs/config-set.ts'
import type { FetchSessionCache } from '../fetch-sessions/fetch-session-cache.ts'
import type { GroupCoordinator } from '../groups/group-coordinator.ts'
import type { AdvertisedVersions } from './advertised-versions.ts'
import type { Features } from './features.ts'
import type { SharedTimers } from './shared-timers.ts'
import type { Storage } from './storage.ts'
import type { TopicRegistry } from '../topics/topic-registry.ts'
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.ts'

/** All that the broker knows. The handlers of the APIs read and change it; nothing else is shared between requests. */
export interface BrokerState {
  readonly clock: Clock
  /** For requests that wait. */
  readonly waitTimers: SharedTimers
  readonly clusterId: string
  /** The nodes, which share all that is here. Which of them a request came to is in its context. */
  readonly cluster: Cluster
  readonly configs: ConfigSet
  readonly topics: TopicRegistry
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly fetchSessions: FetchSessionCache
  /** What an ApiVersions answer lists: derived from the APIs that are served. */
  readonly apiVersions: readonly AdvertisedVersions[]
  readonly features: Features
  /** An id that no producer had before. */
  nextProducerId(): number
  readonly storage: Storage
  /** Calls back when the broker closes, unless the returned function is called before. */
  readonly onClose: (listener: () => void) => () => void
  /** Tells whoever runs the broker, in one line, what they should know. */
  readonly warn: (message: string) => void
}
