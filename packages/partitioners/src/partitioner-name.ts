import { PartitaError } from '@partita/protocol'
import { implementationNames, isImplementation, isPreset, presetNames } from './catalog/catalog.ts'
import type { PartitionerName } from './catalog/names.ts'
import { nearNames } from './near-names.ts'

/**
 * The text as the name of a partitioner: for names that come from a command line or a file.
 * @throws PartitaError `INVALID_OPTION`, with the names that are near
 */
export function partitionerName(text: string): PartitionerName {
  if (typeof text === 'string' && (isImplementation(text) || isPreset(text))) return text
  const near = nearNames(String(text), [...presetNames, ...implementationNames])
  const hint = near.length === 0 ? 'listPartitioners() tells all names.' : `Near it: ${near.join(', ')}.`
  const shown = String(text).length > 80 ? `${String(text).slice(0, 77)}…` : String(text)
  throw new PartitaError('INVALID_OPTION', `There is no partitioner named ${JSON.stringify(shown)}. ${hint}`, {
    api: 'partitionerFor',
  })
}
