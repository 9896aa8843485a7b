import { goChanceRows, goRows } from './go.ts'
import { javaChanceRows, javaRows } from './java.ts'
import { javascriptChanceRows, javascriptRows } from './javascript.ts'
import { librdkafkaChanceRows, librdkafkaRows } from './librdkafka.ts'
import type {
  DeterministicImplementation,
  ImplementationName,
  NondeterministicImplementation,
  PartitionerName,
  PresetName,
} from './names.ts'
import { othersChanceRows, othersRows } from './others.ts'
import { deterministicPresets, nondeterministicPresets } from './presets.ts'
import type { CatalogRow, DeterministicRow, NondeterministicRow } from './row.ts'

// The two types hold the names and the rows together: a row that leaves a key to chance cannot stand in the first table.
const deterministicRows: { readonly [name in DeterministicImplementation]: DeterministicRow } = {
  ...javaRows,
  ...librdkafkaRows,
  ...goRows,
  ...javascriptRows,
  ...othersRows,
}

const nondeterministicRows: { readonly [name in NondeterministicImplementation]: NondeterministicRow } = {
  ...javaChanceRows,
  ...librdkafkaChanceRows,
  ...goChanceRows,
  ...javascriptChanceRows,
  ...othersChanceRows,
}

const rows: { readonly [name in ImplementationName]: CatalogRow } = { ...deterministicRows, ...nondeterministicRows }

const presets: { readonly [name in PresetName]: ImplementationName } = {
  ...deterministicPresets,
  ...nondeterministicPresets,
}

/** Every implementation, with its facts. */
export const implementationNames: readonly ImplementationName[] = Object.keys(rows) as ImplementationName[]

/** Every client that stands for an implementation. */
export const presetNames: readonly PresetName[] = Object.keys(presets) as PresetName[]

/** The implementation that a name is, or stands for. */
export function implementationOf(name: PartitionerName): ImplementationName {
  return isPreset(name) ? presets[name] : name
}

export function rowOf(implementation: ImplementationName): CatalogRow {
  return rows[implementation]
}

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name)
}

export function isImplementation(name: string): name is ImplementationName {
  return Object.hasOwn(rows, name)
}
