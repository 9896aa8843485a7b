import { partitionName, type TopicPartition } from '@partita/protocol'
import { inOrder, partitionsOf, wantedTopics, type GroupMemberView, type PartitionCounts } from './assignor.ts'

/** A member while partitions are dealt out: what it has so far, by topic. Those it was given last are at the end. */
interface Hand {
  readonly memberId: string
  readonly byTopic: Map<string, TopicPartition[]>
  load: number
}

/**
 * Deals out all partitions: each stays with its owner where that is possible, and no member has two more than another
 * that could take one of them. Where all want the same topics, loads differ by one at most, and no more partitions move
 * than that takes.
 */
export function balance(
  members: readonly GroupMemberView[],
  counts: PartitionCounts,
  owners: ReadonlyMap<string, string>,
): Map<string, TopicPartition[]> {
  const hands = inOrder(members).map(({ memberId }): Hand => ({ memberId, byTopic: new Map(), load: 0 }))
  const byId = new Map(hands.map((hand) => [hand.memberId, hand]))
  const takers = takersByTopic(members, byId)
  const free: TopicPartition[] = []
  for (const topic of wantedTopics(members)) {
    for (const partition of partitionsOf(topic, counts)) {
      const owner = byId.get(owners.get(partitionName(partition)) ?? '')
      if (owner !== undefined && takers.get(topic)!.includes(owner)) give(owner, partition)
      else free.push(partition)
    }
  }
  // Topics that few can take go first: whoever can take any topic fills the gaps.
  free.sort((a, b) => takers.get(a.topic)!.length - takers.get(b.topic)!.length)
  for (const partition of free) give(leastLoaded(takers.get(partition.topic)!), partition)
  level(hands, takers)
  return new Map(hands.map(({ memberId, byTopic }) => [memberId, [...byTopic.values()].flat().toSorted(inLogOrder)]))
}

/** Moves one partition at a time from a member to one that has at least two fewer, until there are no such two. */
function level(hands: readonly Hand[], takers: ReadonlyMap<string, readonly Hand[]>): void {
  for (;;) {
    const move = nextMove(hands, takers)
    if (move === undefined) return
    give(move.to, take(move.from, move.topic))
  }
}

function nextMove(
  hands: readonly Hand[],
  takers: ReadonlyMap<string, readonly Hand[]>,
): { from: Hand; to: Hand; topic: string } | undefined {
  for (const from of hands.toSorted((a, b) => b.load - a.load)) {
    let best: { from: Hand; to: Hand; topic: string } | undefined
    for (const topic of from.byTopic.keys()) {
      const to = leastLoaded(takers.get(topic)!)
      if (to.load + 2 <= from.load && (best === undefined || to.load < best.to.load)) best = { from, to, topic }
    }
    if (best !== undefined) return best
  }
  return undefined
}

function takersByTopic(members: readonly GroupMemberView[], hands: ReadonlyMap<string, Hand>): Map<string, Hand[]> {
  const takers = new Map<string, Hand[]>()
  for (const { memberId, topics } of inOrder(members)) {
    for (const topic of new Set(topics)) {
      const of = takers.get(topic)
      if (of === undefined) takers.set(topic, [hands.get(memberId)!])
      else of.push(hands.get(memberId)!)
    }
  }
  return takers
}

function leastLoaded(hands: readonly Hand[]): Hand {
  let least = hands[0]!
  for (const hand of hands) if (hand.load < least.load) least = hand
  return least
}

function give(hand: Hand, partition: TopicPartition): void {
  const of = hand.byTopic.get(partition.topic)
  if (of === undefined) hand.byTopic.set(partition.topic, [partition])
  else of.push(partition)
  hand.load += 1
}

/** The one it was given last: what it had before stays. */
function take(hand: Hand, topic: string): TopicPartition {
  const of = hand.byTopic.get(topic)!
  const partition = of.pop()!
  if (of.length === 0) hand.byTopic.delete(topic)
  hand.load -= 1
  return partition
}

function inLogOrder(a: TopicPartition, b: TopicPartition): number {
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1
}
