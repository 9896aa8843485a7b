import type { PartitionAssignmentStrategy } from '@partita/protocol'
import type { Assignor } from './assignor.ts'
import { cooperativeStickyAssignor } from './cooperative-sticky.ts'
import { rangeAssignor } from './range.ts'
import { roundRobinAssignor } from './round-robin.ts'

const assignors: Readonly<Record<PartitionAssignmentStrategy, Assignor>> = {
  'cooperative-sticky': cooperativeStickyAssignor,
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
}

/**
 * What a member offers to its group, in the order it likes them. It keeps its partitions through a rebalance only where
 * every one of them allows that: the group may choose any (Java's rule).
 */
export interface OfferedAssignors {
  readonly cooperative: boolean
  readonly names: readonly PartitionAssignmentStrategy[]
  /** The one that the group chose. */
  chosen(name: string | null): Assignor | undefined
}

/** Puts the offer together from its names. */
export function offerAssignors(names: readonly PartitionAssignmentStrategy[]): OfferedAssignors {
  return {
    cooperative: names.every((name) => assignors[name].cooperative),
    names,
    chosen: (chosen) => names.filter((name) => name === chosen).map((name) => assignors[name])[0],
  }
}
