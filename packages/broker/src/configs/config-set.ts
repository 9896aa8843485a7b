import type { ConfigDefinition } from './config-definition.ts'
import { PartitaError } from '@partita/protocol'
import { faultOf, listOf } from './config-definition.ts'

/** The settings of one topic, or of the broker: what was set, over the defaults. */
export interface ConfigSet {
  readonly definitions: readonly ConfigDefinition[]
  /** The value that holds. */
  text(name: string): string
  number(name: string): number
  /** For lists: whether a part is in it. */
  includes(name: string, part: string): boolean
  isTrue(name: string): boolean
  /** What was set for this very topic or broker; `undefined` where a default holds. */
  override(name: string): string | undefined
  /**
   * Sets values, or with `undefined` unsets them: all or none.
   * @throws PartitaError `INVALID_CONFIG` naming the setting, and what would be right
   */
  change(values: Iterable<readonly [name: string, value: string | undefined]>): void
  /** As `change`, but sets nothing. */
  check(values: Iterable<readonly [name: string, value: string | undefined]>): void
  overrides(): ReadonlyMap<string, string>
}

/**
 * @param defaults where a definition has a `brokerDefault`: the set that holds it
 * @param onChange called after values were set
 */
export function createConfigSet(
  definitions: readonly ConfigDefinition[],
  defaults?: ConfigSet,
  onChange: () => void = ignore,
): ConfigSet {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const overrides = new Map<string, string>()

  function definitionOf(name: string): ConfigDefinition {
    const definition = byName.get(name)
    if (definition !== undefined) return definition
    throw new PartitaError('INVALID_CONFIG', `There is no setting named ${JSON.stringify(name)} here.`)
  }

  function text(name: string): string {
    const { default: standard, brokerDefault } = definitionOf(name)
    const inherited = brokerDefault === undefined ? undefined : defaults?.override(brokerDefault)
    return overrides.get(name) ?? inherited ?? standard
  }

  function check(values: Iterable<readonly [name: string, value: string | undefined]>): void {
    for (const [name, value] of values) {
      const definition = definitionOf(name)
      const fault = value === undefined ? undefined : faultOf(definition, value)
      if (fault !== undefined) {
        throw new PartitaError('INVALID_CONFIG', `${name} cannot be ${JSON.stringify(value)}: ${fault}.`)
      }
    }
  }

  return {
    definitions,
    text,
    number: (name) => Number(text(name)),
    includes: (name, part) => listOf(text(name)).includes(part),
    isTrue: (name) => text(name) === 'true',
    override: (name) => overrides.get(name),
    check,
    change(values) {
      const changes = [...values]
      check(changes)
      for (const [name, value] of changes) {
        if (value === undefined) overrides.delete(name)
        else overrides.set(name, value)
      }
      onChange()
    },
    overrides: () => overrides,
  }
}

function ignore(): void {
  // Nobody asked.
}
