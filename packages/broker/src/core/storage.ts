import type { TopicPartition } from '@partita/protocol'
import type { Assignment } from '../cluster/place-replicas.ts'
import type { BatchStore } from '../log/batch-store.ts'
import { MemoryBatchStore } from '../log/memory-batch-store.ts'

/** What is kept besides batches, and what its keys are made of. */
export interface StateKeys {
  /** The id of the cluster. */
  readonly cluster: readonly []
  /** Producer ids below this number may be in use. */
  readonly 'producer-ids': readonly []
  readonly topic: readonly [name: string]
  /** Where leaders have moved: the epoch of the latest. */
  readonly 'leader-epoch': readonly [topic: string, partition: number]
  readonly offset: readonly [groupId: string, topic: string, partition: number]
  /** What an open transaction wants to commit for a group. */
  readonly staged: readonly [groupId: string, producerId: number, topic: string, partition: number]
  readonly transaction: readonly [transactionalId: string]
  /** A feature whose level was changed. */
  readonly feature: readonly [name: string]
}

export type StateKind = keyof StateKeys

/** What is kept of a topic. */
export interface KeptTopic {
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
  /** By partition, the nodes that have it; left out where there is one node. */
  readonly replicas?: Assignment
}

/** What is kept under a key: anything JSON can say, and comes back as it was given. `undefined`: nothing any more. */
export type Keep = <K extends StateKind>(
  kind: K,
  key: StateKeys[K],
  value: object | string | number | undefined,
) => void

/** The log to open: whose it is. */
export interface LogPlace extends TopicPartition {
  readonly topicId: string
}

/** Where a broker keeps what it knows. The core knows this port only: files are behind one implementation of it. */
export interface Storage {
  /** What clients are told of where it is. */
  readonly logDir: string
  /** What was kept under all keys of a kind, in no particular order. Read once, when the broker starts. */
  kept<K extends StateKind>(kind: K): Iterable<readonly [key: StateKeys[K], value: unknown]>
  /** Never throws: where it fails, `failure` says so until what is kept is whole again. */
  readonly keep: Keep
  /** The batches of a partition, which may be there from before. */
  openLog(place: LogPlace): BatchStore
  /**
   * Whether all that was written is as safe as it has been asked to be: `undefined` where it is. Otherwise settles when it
   * is, or cannot be; then `failure`, here or of a partition's store, says why.
   */
  flushed(): Promise<void> | undefined
  /** Makes sure that what was given to `keep` is no less safe than what is written from here on. */
  barrier(): void
  /** Why not all that was given to `keep` is kept; `undefined` where it is. */
  readonly failure: string | undefined
  /** Grows with everything that is written. */
  readonly writes: number
  /** Writes what is left to be written, and gives up all files. Never rejects. */
  close(): Promise<void>
}

/** Keeps batches in memory, and everything else nowhere but where it is used. */
export function createMemoryStorage(): Storage {
  return {
    logDir: 'memory',
    kept: () => [],
    keep: keepNothing,
    openLog: () => new MemoryBatchStore(),
    flushed: () => undefined,
    barrier: () => undefined,
    failure: undefined,
    writes: 0,
    close: async () => undefined,
  }
}

export const keepNothing: Keep = () => undefined
