import type { Clock } from '@partita/protocol'
import { PartitaError, topicName } from '@partita/protocol'
import type { Topic } from './topic.ts'
import { type ConfigSet, createConfigSet } from '../configs/config-set.ts'
import { topicConfigTable } from '../configs/topic-config-table.ts'
import { createListeners } from '../core/listeners.ts'
import type { KeptTopic, Storage } from '../core/storage.ts'
import { newUuid } from '../core/uuid.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { Partition } from './partition.ts'

/** What a new topic is to have. */
export interface NewTopicRequest {
  readonly name: string
  /** Default: the broker's `num.partitions`. */
  readonly partitions?: number | undefined
  readonly configs?: Iterable<readonly [name: string, value: string]> | undefined
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
   * @throws PartitaError `INVALID_TOPIC_EXCEPTION`, `TOPIC_ALREADY_EXISTS`, `INVALID_PARTITIONS` or `INVALID_CONFIG`
   */
  check(topic: NewTopicRequest): void
  /** Throws as `check`. */
  create(topic: NewTopicRequest): Topic
  /** Grows a topic to `total` partitions. Throws `INVALID_PARTITIONS` unless that is more than it has. */
  grow(topic: Topic, total: number): void
  /** Throws what is wrong with a number of partitions to grow to. */
  checkGrowth(topic: Topic, total: number): void
  delete(topic: Topic): void
  onDelete(listener: (topic: Topic) => void): () => void
}

/** Of all topics together: a bound on what requests can allocate. A partition takes about a kilobyte. */
const maxPartitions = 100_000

interface OwnTopic extends Topic {
  readonly partitions: Partition[]
  /** Keeps what it is by now where it outlives the broker. */
  readonly keep: () => void
}

/** @param storage where topics and their logs are kept; those that are there are taken in */
export function createTopicRegistry(clock: Clock, brokerConfigs: ConfigSet, storage: Storage): TopicRegistry {
  const byName = new Map<string, OwnTopic>()
  const byId = new Map<string, Topic>()
  const deletions = createListeners<Topic>()
  let version = 0

  function addPartitions({ name, id, configs, partitions }: OwnTopic, total: number): void {
    const expireAfterMs = brokerConfigs.number('producer.id.expiration.ms')
    const segmentBytes = (): number => configs.number('segment.bytes')
    for (let i = partitions.length; i < total; i++) {
      const store = storage.openLog({ topic: name, topicId: id, partition: i, segmentBytes })
      partitions.push(new Partition(i, clock, expireAfterMs, new PartitionLog(store)))
    }
  }

  /** @param has how many the topic has already */
  function checkCount(topic: string, wanted: number, has = 0): void {
    let others = -has
    for (const { partitions } of byName.values()) others += partitions.length
    if (Number.isSafeInteger(wanted) && wanted >= 1 && others + wanted <= maxPartitions) return
    const message = `A topic has from 1 to ${maxPartitions - others} partitions here and now; asked for ${wanted}.`
    throw new PartitaError('INVALID_PARTITIONS', message, { topic })
  }

  function check({ name, partitions, configs = [] }: NewTopicRequest): void {
    topicName(name)
    if (byName.has(name)) throw new PartitaError('TOPIC_ALREADY_EXISTS', `The topic ${name} exists.`, { topic: name })
    checkCollision(name, byName.keys())
    checkCount(name, partitions ?? brokerConfigs.number('num.partitions'))
    createConfigSet(topicConfigTable, brokerConfigs).check(configs)
  }

  /** A topic that is sound, new or kept. */
  function add(name: string, kept: KeptTopic): OwnTopic {
    const keep = (): void => {
      const { id, partitions } = topic
      // Settings may be changed by someone who still holds a topic that was deleted.
      if (byName.get(name) !== topic) return
      const overrides = Object.fromEntries(configs.overrides())
      storage.keep('topic', [name], { id, partitions: partitions.length, configs: overrides } satisfies KeptTopic)
    }
    const configs = createConfigSet(topicConfigTable, brokerConfigs, keep)
    const topic: OwnTopic = { name, id: kept.id, configs, partitions: [], keep }
    byName.set(name, topic)
    byId.set(topic.id, topic)
    addPartitions(topic, kept.partitions)
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
      return add(name, { id: newUuid(clock), partitions, configs: Object.fromEntries(configs) })
    },
    checkGrowth,
    grow(topic, total) {
      checkGrowth(topic, total)
      const own = byName.get(topic.name)
      if (own === undefined) return
      addPartitions(own, total)
      version += 1
      own.keep()
    },
    delete(topic) {
      byName.delete(topic.name)
      byId.delete(topic.id)
      version += 1
      storage.keep('topic', [topic.name], undefined)
      for (const { log } of topic.partitions) log.close()
      deletions.notify(topic)
    },
    onDelete: deletions.add,
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
