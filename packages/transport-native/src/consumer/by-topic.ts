import { partitionName, type TopicPartition } from '@partita/protocol'
import { groupBy } from '../cluster/group-by.ts'

/** Partitions under their topics, as requests want them. Topics and partitions keep the order in which they come. */
export function byTopic<P extends TopicPartition>(partitions: Iterable<P>): Map<string, P[]> {
  return groupBy(partitions, ({ topic }) => topic)
}

/** Those of the first that are not among the second. */
export function without<P extends TopicPartition>(partitions: Iterable<P>, others: Iterable<TopicPartition>): P[] {
  const names = new Set([...others].map(partitionName))
  return [...partitions].filter((each) => !names.has(partitionName(each)))
}
