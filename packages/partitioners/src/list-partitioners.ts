import { implementationNames, implementationOf, presetNames, rowOf } from './catalog/catalog.ts'
import type { ImplementationName, PartitionerName } from './catalog/names.ts'
import type { CatalogRow, NullKeyRule } from './catalog/row.ts'
import { type FormulaClass, type FormulaName, formulas } from './formula.ts'

/** What is known of a named partitioner. */
export interface PartitionerDescription {
  readonly name: PartitionerName
  /** The implementation that the name stands for; the name itself where it is one. */
  readonly implementation: ImplementationName
  /** The client, and the class or option in it. */
  readonly client: string
  /** Whether the client does it unless told otherwise. */
  readonly isDefault: boolean
  /** To show: the formula for keys, or the strategy where keys are ignored. */
  readonly formula: string
  /** `undefined` where keys are ignored. */
  readonly formulaName: FormulaName | undefined
  readonly formulaClass: FormulaClass | undefined
  readonly nullKey: NullKeyRule
  /** `hash`: like any key. `as-null`: as no key. `as-other-keys`: keys are ignored, or not reproducible. */
  readonly emptyKey: 'hash' | 'as-null' | 'as-other-keys'
  /** Whether every key, the empty one too, has one partition for one number of partitions. */
  readonly deterministic: boolean
  /** Version or commit, and file or class, that this comes from. */
  readonly source: string
  readonly note: string | undefined
}

/** All names that `partitionerFor` knows, clients first, with what is known of them. */
export function listPartitioners(): readonly PartitionerDescription[] {
  return [...presetNames, ...implementationNames].map(describe)
}

function describe(name: PartitionerName): PartitionerDescription {
  const implementation = implementationOf(name)
  const row = rowOf(implementation)
  const formulaName = formulaOf(row)
  return {
    name,
    implementation,
    client: row.client,
    isDefault: row.isDefault,
    formula: formulaName === undefined ? `keys are ignored: ${row.key}` : formulas[formulaName].text,
    formulaName,
    formulaClass: formulaName === undefined ? undefined : formulas[formulaName].class,
    nullKey: row.nullKey,
    emptyKey: row.emptyKey,
    deterministic: row.emptyKey === 'hash',
    source: row.source,
    note: row.note,
  }
}

function formulaOf(row: CatalogRow): FormulaName | undefined {
  return row.emptyKey === 'as-other-keys' ? undefined : row.key
}
