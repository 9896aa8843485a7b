import type { FormulaName } from '../formula.ts'

/** How a strategy is called in the catalog. */
export type StrategyRule = 'sticky-by-bytes' | 'sticky-by-batch' | 'sticky-by-time' | 'round-robin' | 'random'

/** A rule for records without key. `hash-of-undefined` is what Erlang's `phash2` makes of the atom `undefined`. */
export type NullKeyRule = StrategyRule | 'as-empty' | 'partition-0' | 'hash-of-undefined' | 'error'

/** What a client's own strategy differs in from the defaults here. */
export interface StrategyDefaults {
  readonly start?: number
  readonly stickyBatchSize?: number
  readonly stickyPartitioningLingerMs?: number
}

interface Facts {
  /** The client, and the class or option in it. */
  readonly client: string
  /** Whether the client does it unless told otherwise. */
  readonly isDefault: boolean
  readonly nullKey: NullKeyRule
  readonly strategy?: StrategyDefaults
  /** Version or commit, and file or class, that the facts come from. */
  readonly source: string
  readonly note?: string
}

/** Every record with a key, an empty one too, has one partition. */
export interface DeterministicRow extends Facts {
  readonly key: FormulaName
  readonly emptyKey: 'hash'
}

/** An empty key is left to a strategy. */
interface EmptyToChanceRow extends Facts {
  readonly key: FormulaName
  readonly nullKey: StrategyRule
  readonly emptyKey: 'as-null'
}

/** Keys are ignored. */
interface KeyIgnoringRow extends Facts {
  readonly key: StrategyRule
  readonly nullKey: StrategyRule
  readonly emptyKey: 'as-other-keys'
}

/** Keys are hashed by something that differs from process to process. */
interface PerProcessRow extends Facts {
  readonly key: 'process-random'
  readonly nullKey: 'as-empty'
  readonly emptyKey: 'as-other-keys'
}

export type NondeterministicRow = EmptyToChanceRow | KeyIgnoringRow | PerProcessRow

export type CatalogRow = DeterministicRow | NondeterministicRow
