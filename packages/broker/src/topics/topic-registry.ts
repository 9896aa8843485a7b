import type { Clock, TopicPartition } from '@partita/protocol'
import { PartitaError, partitionName, topicName } from '@partita/protocol'
import type { Topic } from './topic.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Leadership } from '../cluster/leadership.ts'
import { type Assignment, createPlacement } from '../cluster/place-replicas.ts'
import { type ConfigSet, createConfigSet } from '../configs/config-set.ts'
import { topicConfigTable } from '../configs/topic-config-table.ts'
import { Listeners } from '../core/listeners.ts'
import type { KeptTopic, Storage } from '../core/storage.ts'
import { newUuid } from '../core/uuid.ts'
import { logSettingsOf } from '../log/log-settings.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { Partition } from './partition.ts'

/** What a new topic is to have. */
export interface NewTopicRequest {
  readonly name: string
  /** Default: the broker's `num.partitions`. */
  readonly partitions?: number | undefined
  readonly configs?: Iterable<readonly [name: string, value: string]> | undefined
  /** Default: the broker's `default.replication.factor`, or as many nodes as there are. */
  readonly replicationFactor?: number | undefined
  /** Where its partitions go, if that is decided: by as many as there are to be. Default: spread over the nodes. */
  readonly replicas?: Assignment | undefined
}

/** All topics of the broker. */
export interface TopicRegistry {
  /** Another whenever a topic came, went or grew. */
  readonly version: number
  get(name: string): Topic | undefined
  getById(id: string): Topic | undefined
  /** The partition, or `undefined` where the topic or the index does not exist. */
  partition(topic: string, index: number): Partition | undefined
  all(): Iterable<Topic>
  /**
   * @throws PartitaError `INVALID_TOPIC_EXCEPTION`, `TOPIC_ALREADY_EXISTS`, `INVALID_PARTITIONS`,
   *   `INVALID_REPLICATION_FACTOR` or `INVALID_CONFIG`
   */
  check(topic: NewTopicRequest): void
  /** Throws as `check`. */
  create(topic: NewTopicRequest): Topic
  /**
   * Grows a topic to `total` partitions. Throws `INVALID_PARTITIONS` unless that is more than it has.
   * @param replicas where the new ones go. Default: they are spread over the nodes.
   */
  grow(topic: Topic, total: number, replicas?: Assignment): void
  /** Throws what is wrong with a number of partitions to grow to. */
  checkGrowth(topic: Topic, total: number): void
  delete(topic: Topic): void
  onDelete(listener: (topic: Topic) => void): () => void
}

/** What others have to do with topics. */
export interface TopicHooks {
  /** A topic has come, or its settings have changed. */
  readonly onSettings?: (topic: Topic) => void
  /** Why a partition can be neither written nor read; `undefined` where it can. */
  readonly diskFault?: (place: TopicPartition) => string | undefined
}

/** Of all topics together: a bound on what requests can allocate. A partition takes about a kilobyte. */
const maxPartitions = 100_000

interface OwnTopic extends Topic {
  readonly partitions: Partition[]
  /** Keeps what it is by now where it outlives the broker. */
  readonly keep: () => void
}

/** What topics stand on. */
export interface TopicSurroundings {
  readonly clock: Clock
  readonly brokerConfigs: ConfigSet
  /** Where topics and their logs are kept; those that are there are taken in. */
  readonly storage: Storage
  readonly cluster: Cluster
}

export function createTopicRegistry(
  { clock, brokerConfigs, storage, cluster }: TopicSurroundings,
  hooks: TopicHooks = {},
): TopicRegistry {
  const place = createPlacement(cluster)
  const keptEpochs = new Map<string, number>()
  for (const [[topic, partition], epoch] of storage.kept('leader-epoch')) {
    keptEpochs.set(partitionName({ topic, partition }), Number(epoch))
  }
  const byName = new Map<string, OwnTopic>()
  const byId = new Map<string, Topic>()
  const deletions = new Listeners<Topic>()
  let version = 0

  function addPartitions({ name, id, configs, partitions }: OwnTopic, replicas: Assignment): void {
    const expireAfterMs = brokerConfigs.number('producer.id.expiration.ms')
    const settings = logSettingsOf(configs)
    for (const nodes of replicas) {
      const i = partitions.length
      const at = { topic: name, partition: i }
      const store = storage.openLog({ ...at, topicId: id })
      const log = new PartitionLog(store, settings, () => hooks.diskFault?.(at))
      const leadership = new Leadership(nodes, cluster.isUp, keptEpochs.get(partitionName(at)))
      partitions.push(new Partition(i, clock, expireAfterMs, log, leadership))
    }
  }

  function defaultFactor(): number {
    return Math.min(brokerConfigs.number('default.replication.factor'), cluster.nodes.length)
  }

  function checkFactor(topic: string, factor: number): void {
    if (Number.isSafeInteger(factor) && factor >= 1 && factor <= cluster.nodes.length) return
    const message = `A topic has from 1 replica to as many as there are nodes, ${cluster.nodes.length}; asked for ${factor}.`
    throw new PartitaError('INVALID_REPLICATION_FACTOR', message, { topic })
  }

  /** Where kept partitions are. Nodes may be fewer than they were. */
  function replicasOf({ partitions, replicas = [] }: KeptTopic): Assignment {
    return Array.from({ length: partitions }, (_, i) => {
      const there = (replicas[i] ?? []).filter((id) => cluster.node(id) !== undefined)
      return there.length > 0 ? there : place(1, defaultFactor())[0]!
    })
  }

  /** @param has how many the topic has already */
  function checkCount(topic: string, wanted: number, has = 0): void {
    let others = -has
    for (const { partitions } of byName.values()) others += partitions.length
    if (Number.isSafeInteger(wanted) && wanted >= 1 && others + wanted <= maxPartitions) return
    const message = `A topic has from 1 to ${maxPartitions - others} partitions here and now; asked for ${wanted}.`
    throw new PartitaError('INVALID_PARTITIONS', message, { topic })
  }

  function check({ name, partitions, replicationFactor, configs = [] }: NewTopicRequest): void {
    topicName(name)
    if (byName.has(name)) throw new PartitaError('TOPIC_ALREADY_EXISTS', `The topic ${name} exists.`, { topic: name })
    checkCollision(name, byName.keys())
    checkCount(name, partitions ?? brokerConfigs.number('num.partitions'))
    if (replicationFactor !== undefined) checkFactor(name, replicationFactor)
    createConfigSet(topicConfigTable, brokerConfigs).check(configs)
  }

  /** A topic that is sound, new or kept. */
  function add(name: string, kept: KeptTopic): OwnTopic {
    const keep = (): void => {
      const { id, partitions } = topic
      // Settings may be changed by someone who still holds a topic that was deleted.
      if (byName.get(name) !== topic) return
      const kept: KeptTopic = {
        id,
        partitions: partitions.length,
        configs: Object.fromEntries(configs.overrides()),
        ...(cluster.nodes.length > 1 && { replicas: partitions.map(({ leadership }) => leadership.replicas) }),
      }
      storage.keep('topic', [name], kept)
      hooks.onSettings?.(topic)
    }
    const configs = createConfigSet(topicConfigTable, brokerConfigs, keep)
    const topic: OwnTopic = { name, id: kept.id, configs, partitions: [], keep }
    byName.set(name, topic)
    byId.set(topic.id, topic)
    addPartitions(topic, replicasOf(kept))
    version += 1
    configs.change(Object.entries(kept.configs))
    return topic
  }

  function checkGrowth({ name, partitions }: Topic, total: number): void {
    checkCount(name, total, partitions.length)
    if (total > partitions.length) return
    const message = `The topic ${name} has ${partitions.length} partitions and can only get more; asked for ${total}.`
    throw new PartitaError('INVALID_PARTITIONS', message, { topic: name })
  }

  for (const [[name], kept] of storage.kept('topic')) add(name, kept as KeptTopic)
  keptEpochs.clear()

  return {
    get version() {
      return version
    },
    get: (name) => byName.get(name),
    getById: (id) => byId.get(id),
    partition: (topic, index) => byName.get(topic)?.partitions[index],
    all: () => byName.values(),
    check,
    create(request) {
      check(request)
      const { name, partitions = brokerConfigs.number('num.partitions'), configs = [] } = request
      const { replicationFactor = defaultFactor(), replicas = place(partitions, replicationFactor) } = request
      return add(name, { id: newUuid(clock), partitions, configs: Object.fromEntries(configs), replicas })
    },
    checkGrowth,
    grow(topic, total, replicas) {
      checkGrowth(topic, total)
      const own = byName.get(topic.name)
      if (own === undefined) return
      const factor = own.partitions[0]!.leadership.replicas.length
      addPartitions(own, replicas ?? place(total - own.partitions.length, factor))
      version += 1
      own.keep()
    },
    delete(topic) {
      byName.delete(topic.name)
      byId.delete(topic.id)
      version += 1
      storage.keep('topic', [topic.name], undefined)
      for (const { index, leaderEpoch, log } of topic.partitions) {
        if (leaderEpoch > 0) storage.keep('leader-epoch', [topic.name, index], undefined)
        log.close()
      }
      deletions.notify(topic)
    },
    onDelete: (listener) => deletions.add(listener),
  }
}

/** Kafka's metrics write "." and "_" alike: so two topics must differ in something else. */
function checkCollision(name: string, others: Iterable<string>): void {
  const spelled = name.replaceAll('.', '_')
  if (!name.includes('.') && !name.includes('_')) return
  for (const other of others) {
    if (other.replaceAll('.', '_') !== spelled) continue
    const message = `The topic ${name} would collide with ${other}: names must differ in more than "." and "_".`
    throw new PartitaError('INVALID_TOPIC_EXCEPTION', message, { topic: name })
  }
}
