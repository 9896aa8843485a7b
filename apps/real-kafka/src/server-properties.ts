/** Values of a `server.properties` file, by Kafka's names. */
export type KafkaProperties = Readonly<Record<string, string | number | boolean>>

export interface NodePlace {
  /** From 1. */
  readonly id: number
  /** Where clients and the other brokers connect. */
  readonly port: number
  /** Where its controller listens, or the ZooKeeper in its stead. */
  readonly controllerPort: number
  /** The ports of the listeners beside the plain one. */
  readonly extraPorts: Readonly<Partial<Record<ExtraListener, number>>>
}

/** A listener beside the plain one that every node has, by the name of its security protocol. */
export type ExtraListener = 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

const host = '127.0.0.1'
const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const

/** Where clients find the node. */
export function nodeAddress(node: NodePlace, listener?: ExtraListener): string {
  return `${host}:${listener === undefined ? node.port : node.extraPorts[listener]}`
}

/** Where a node's controller is, or its ZooKeeper. */
export function controllerAddress(node: NodePlace): string {
  return `${host}:${node.controllerPort}`
}

/** Who decides which node leads: the nodes among themselves, or, before 3.3, a ZooKeeper beside a lone one. */
export type Quorum = 'kraft' | 'zookeeper'

/**
 * The settings of one node of a cluster. They are Kafka's defaults but for what makes tests quick.
 *
 * @param own what the caller sets; wins over everything else
 */
export function serverProperties(
  node: NodePlace,
  cluster: readonly NodePlace[],
  quorum: Quorum,
  dataFolder: string,
  own: KafkaProperties,
): KafkaProperties {
  const listeners = [
    `PLAINTEXT://${nodeAddress(node)}`,
    ...Object.entries(node.extraPorts).map(([name, port]) => `${name}://${host}:${port}`),
  ]
  return {
    ...(quorum === 'kraft' ? asController(node, cluster, listeners) : underZooKeeper(node, listeners)),
    'log.dirs': dataFolder,
    ...quickGroups,
    ...replication(cluster.length),
    ...(cluster.length > 1 && quickFailover),
    ...own,
  }
}

/** In KRaft mode, in which every node is broker and controller at once. */
function asController(node: NodePlace, cluster: readonly NodePlace[], listeners: readonly string[]): KafkaProperties {
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': cluster.map((each) => `${each.id}@${controllerAddress(each)}`).join(','),
    listeners: [...listeners, `CONTROLLER://${controllerAddress(node)}`].join(','),
    // Kafka's own map has no CONTROLLER where there is a listener with SSL or SASL.
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...protocols.map((name) => `${name}:${name}`)].join(','),
    'controller.listener.names': 'CONTROLLER',
  }
}

function underZooKeeper(node: NodePlace, listeners: readonly string[]): KafkaProperties {
  return { 'broker.id': node.id, 'zookeeper.connect': controllerAddress(node), listeners: listeners.join(',') }
}

const quickGroups: KafkaProperties = {
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1000,
  // A partition changes hands within two heartbeats of a group that the broker shares out, which are 5 s each.
  'group.consumer.min.heartbeat.interval.ms': 500,
  'group.consumer.heartbeat.interval.ms': 500,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.num.partitions': 4,
  // Kafka takes 128 MiB of heap for it at the start, which is a quarter of what a node has here.
  'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
}

/** With three nodes one may be lost without a write being refused, two may not. */
function replication(nodes: number): KafkaProperties {
  const inSync = nodes > 1 ? 2 : 1
  return {
    'default.replication.factor': nodes,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': nodes,
    'transaction.state.log.replication.factor': nodes,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': nodes,
    'share.coordinator.state.topic.min.isr': inSync,
  }
}

/**
 * A dead node is noticed after 3 s instead of 9. Not for a lone node: a machine short of processor time would fence its
 * only broker, with nothing gained.
 */
const quickFailover: KafkaProperties = {
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  'controller.quorum.election.timeout.ms': 500,
  'controller.quorum.fetch.timeout.ms': 1000,
}

/** The text of a `.properties` file. */
export function propertiesText(properties: KafkaProperties): string {
  const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${escaped(String(value))}\n`)
    .join('')
}
