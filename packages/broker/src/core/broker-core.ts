import type { Clock } from '@partita/protocol'
import { PartitaError, partitionName, systemClock } from '@partita/protocol'
import type { BrokerOptions, TopicOptions } from '../options.ts'
import type { BrokerState } from './broker-state.ts'
import { servedApis } from '../apis/served-apis.ts'
import type { ClusterNode, Endpoint } from '../cluster/cluster-node.ts'
import { createCluster } from '../cluster/cluster.ts'
import { createNodeControl, type NodeListener } from '../cluster/node-control.ts'
import { brokerConfigs, configTexts } from '../configs/given-configs.ts'
import { type ControlDesk, createControlDesk } from '../control/broker-control.ts'
import { createDiskFaults } from '../control/disk-faults.ts'
import { createFetchSessionCache } from '../fetch-sessions/fetch-session-cache.ts'
import { createGroupCoordinator } from '../groups/group-coordinator.ts'
import { groupSettingsOf } from '../groups/group-settings.ts'
import { ConnectionSasl } from '../sasl/connection-sasl.ts'
import { createSaslPolicy } from '../sasl/sasl-policy.ts'
import { createLogKeeper } from '../topics/log-keeper.ts'
import { createTopicRegistry } from '../topics/topic-registry.ts'
import { abortOrphans } from '../transactions/abort-orphans.ts'
import { createTransactionCoordinator, type TransactionOutlets } from '../transactions/transaction-coordinator.ts'
import { transactionSettingsOf } from '../transactions/transaction-settings.ts'
import { advertisedVersions } from './advertised-versions.ts'
import { createFeatures } from './features.ts'
import { createDispatcher } from './dispatcher.ts'
import { Listeners } from './listeners.ts'
import { createProducerIds } from './producer-ids.ts'
import { createSharedTimers } from './shared-timers.ts'
import { createSkewedClock } from './skewed-clock.ts'
import { BrokerSession, type ConnectionPort, type Session } from './session.ts'
import { createMemoryStorage, type Storage } from './storage.ts'
import { newUuid } from './uuid.ts'

/** A whole broker but for what carries its bytes: no sockets, no files, no time of its own. */
export interface BrokerCore {
  readonly state: BrokerState
  readonly control: ControlDesk
  /** Starts to serve a connection to a node. Throws `CLOSED` once the broker is closed. */
  connect(node: ClusterNode, port: ConnectionPort): Session
  /** Where clients are told to find a node from now on. */
  advertise(node: ClusterNode, endpoint: Endpoint): void
  /** Hands over what brings connections to a node, so that it can be stopped. */
  attach(node: ClusterNode, listener: NodeListener): void
  /** Closes all connections, ends everything that waits, and then gives up the storage. Never rejects. */
  close(): Promise<void>
}

/**
 * @param storage what the broker keeps, and has kept: from here on it is the broker's to close
 * @throws PartitaError `INVALID_OPTION`, or what is wrong with a topic or a setting
 */
export function createBrokerCore(options: BrokerOptions, storage: Storage = createMemoryStorage()): BrokerCore {
  const { onWarning = ignore } = options
  const clock = createSkewedClock(options.clock ?? systemClock)
  const saslPolicy = options.sasl && createSaslPolicy(options.sasl, clock)
  const cluster = createCluster(options)
  const configs = brokerConfigs(options, cluster.nodes.length)
  const logKeeper = createLogKeeper({ clock, configs, topics: () => topics.all(), warn: onWarning })
  const disk = createDiskFaults(wakeReaders)
  const topics = createTopicRegistry(
    { clock, brokerConfigs: configs, storage, cluster },
    { onSettings: logKeeper.watch, diskFault: disk.faultOf },
  )
  const groups = createGroupCoordinator(clock, groupSettingsOf(configs), storage, topics)
  const nextProducerId = createProducerIds(storage)
  const surroundings = { clock, nextProducerId, storage }
  const writeMarker: TransactionOutlets['writeMarker'] = (place, marker, producer) => {
    try {
      topics.partition(place.topic, place.partition)?.endTransaction(marker, producer)
      return true
    } catch (error) {
      onWarning(`No ${marker} marker could be written to ${partitionName(place)}: ${(error as Error).message}`)
      return false
    }
  }
  const transactions = createTransactionCoordinator(surroundings, transactionSettingsOf(configs), {
    writeMarker,
    endOffsets: groups.endStaging,
  })
  topics.onDelete(({ name }) => {
    groups.forgetTopic(name)
    transactions.forgetTopic(name)
  })
  let isClosed = false
  const closing = new Listeners<void>()
  const onClose = (listener: () => void): (() => void) => closing.add(listener)
  const state: BrokerState = {
    clock,
    waitTimers: createSharedTimers(clock),
    clusterId: clusterId(clock, storage),
    cluster,
    configs,
    topics,
    groups,
    transactions,
    fetchSessions: createFetchSessionCache(clock, () => configs.number('max.incremental.fetch.session.cache.slots')),
    apiVersions: advertisedVersions(servedApis),
    features: createFeatures(storage),
    nextProducerId,
    storage,
    onClose,
    warn: onWarning,
  }
  const sessions = new Map<BrokerSession, ClusterNode>()
  const listeners = new Map<number, NodeListener>()
  const nodes = createNodeControl({
    cluster,
    topics,
    keep: storage.keep,
    listenerOf: (id) => listeners.get(id),
    closeSessionsOf(id) {
      for (const [session, node] of sessions) if (node.id === id) session.close()
    },
  })
  const control = createControlDesk(nodes, closeSessions, onClose, { disk, clock, cleanLogs: logKeeper.clean })
  const dispatch = createDispatcher(state, control, servedApis)
  try {
    transactions.resume()
    abortOrphans(state, writeMarker)
    createTopics(state, options)
  } catch (error) {
    // Or their timers would act on a storage that is somebody else's by then.
    transactions.close()
    throw error
  }
  logKeeper.start()

  function wakeReaders(): void {
    for (const { partitions } of topics.all()) for (const { log } of partitions) log.announce()
  }

  function closeSessions(): void {
    for (const session of sessions.keys()) session.close()
  }

  return {
    state,
    control,
    connect(node, port) {
      if (isClosed) throw new PartitaError('CLOSED', 'The broker is closed: it takes no connections.')
      const maxFrameBytes = configs.number('socket.request.max.bytes')
      const session: BrokerSession = new BrokerSession(port, {
        node,
        clock,
        maxFrameBytes,
        dispatch,
        sasl: saslPolicy && new ConnectionSasl(saslPolicy, clock),
        warn: onWarning,
        ended: () => void sessions.delete(session),
      })
      sessions.set(session, node)
      return session
    },
    advertise: ({ id }, endpoint) => cluster.advertise(id, endpoint),
    attach: ({ id }, listener) => void listeners.set(id, listener),
    async close() {
      if (isClosed) return
      isClosed = true
      closeSessions()
      groups.close()
      transactions.close()
      logKeeper.close()
      closing.notify()
      await storage.close()
    },
  }
}

function ignore(): void {
  // Nobody asked for warnings.
}

function createTopics({ topics }: BrokerState, options: BrokerOptions): void {
  for (const [name, given] of Object.entries(options.topics ?? {})) {
    const {
      partitions,
      replicationFactor,
      configs = {},
    }: TopicOptions = typeof given === 'number' ? { partitions: given } : given
    const known = topics.get(name)
    if (known === undefined) topics.create({ name, partitions, replicationFactor, configs: configTexts(configs) })
    else {
      if (partitions !== undefined && partitions > known.partitions.length) topics.grow(known, partitions)
      known.configs.change(configTexts(configs))
    }
  }
}

/** 22 letters and digits, as Kafka's are. It stays what it was. */
function clusterId(clock: Clock, storage: Storage): string {
  const [kept] = storage.kept('cluster')
  const id = kept === undefined ? newUuid(clock).slice(0, 22) : String(kept[1])
  storage.keep('cluster', [], id)
  return id
}
