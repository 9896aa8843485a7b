import { nameOption } from '@partita/protocol'
import type { GroupSnapshot, MemoryBroker, Namespace, TopicSnapshot } from './broker.ts'

/** What a namespace does to a broker, besides what everyone can. */
interface Surroundings extends Pick<MemoryBroker, 'createTopic' | 'deleteTopic' | 'topics' | 'groups'> {
  /** Deletes a group unless it has members. */
  deleteGroup(groupId: string): void
}

/**
 * @param number one that no namespace of this broker had
 * @throws PartitaError `INVALID_OPTION` where the label is empty
 */
export function createNamespace(broker: Surroundings, label: string, number: number): Namespace {
  const prefix = `${nameOption('label', label)}-${number}-`
  const name = (own: string): string => prefix + nameOption('name', own)
  const topics = (): TopicSnapshot[] => broker.topics().filter((topic) => topic.name.startsWith(prefix))
  const groups = (): GroupSnapshot[] => broker.groups().filter(({ groupId }) => groupId.startsWith(prefix))

  function deleteAll(): void {
    for (const topic of topics()) broker.deleteTopic(topic.name)
    for (const { groupId } of groups()) broker.deleteGroup(groupId)
  }

  return {
    prefix,
    name,
    topic(own, partitions, configs) {
      const whole = name(own)
      broker.createTopic(whole, partitions, configs)
      return whole
    },
    group: (own = 'group') => name(own),
    topics,
    groups,
    delete: deleteAll,
    [Symbol.dispose]: deleteAll,
  }
}
