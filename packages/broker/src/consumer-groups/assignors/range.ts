import { partitionKey, type PartitionKey } from '../partition-keys.ts'
import { inOrder, type Assignment, type AssignorMember, type TopicCounts } from './assignor.ts'

/**
 * Each topic by itself: members in order have a run of neighbouring partitions each, the first ones one more where it
 * does not come out even. Topics with equal counts are dealt out alike, so that they can be joined.
 */
export function assignRanges(members: readonly AssignorMember[], counts: TopicCounts): Assignment {
  const ordered = inOrder(members)
  const assignment = new Map(ordered.map(({ id }) => [id, new Set<PartitionKey>()]))
  for (const [topicId, count] of counts) {
    const takers = ordered.filter(({ topicIds }) => topicIds.has(topicId))
    const [least, extra] = [Math.floor(count / takers.length), count % takers.length]
    let next = 0
    for (const [index, { id }] of takers.entries()) {
      const end = next + least + (index < extra ? 1 : 0)
      for (; next < end; next++) assignment.get(id)!.add(partitionKey(topicId, next))
    }
  }
  return assignment
}
