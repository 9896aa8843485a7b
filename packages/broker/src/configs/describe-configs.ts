import type { ConfigDefinition, ConfigType } from './config-definition.ts'
import type { ConfigSet } from './config-set.ts'

/** Where a value comes from. (Java: `DescribeConfigsResponse.ConfigSource`.) */
export const configSources = { topic: 1, dynamicBroker: 2, staticBroker: 4, default: 5 } as const

type ConfigSource = (typeof configSources)[keyof typeof configSources]

/** One place that a value can come from, and the value there. */
export interface ConfigSynonym {
  readonly name: string
  readonly value: string
  readonly source: ConfigSource
}

export interface DescribedConfig {
  readonly name: string
  readonly type: ConfigType
  readonly value: string
  readonly source: ConfigSource
  /** All places, the one that holds first. */
  readonly synonyms: readonly ConfigSynonym[]
}

/**
 * Every setting with its value and where that comes from. None is left out: clients read all, change one and write all
 * back.
 * @param own the source of what was set for this very topic or broker
 * @param defaults the broker's settings, where a topic's are described
 */
export function describeConfigs(set: ConfigSet, own: ConfigSource, defaults?: ConfigSet): DescribedConfig[] {
  return set.definitions.map((definition) => {
    const synonyms = synonymsOf(definition, set, own, defaults)
    const { value, source } = synonyms[0] ?? { value: definition.default, source: configSources.default }
    return { name: definition.name, type: definition.type, value, source, synonyms }
  })
}

function synonymsOf(
  { name, default: standard, brokerDefault, brokerDefaultIsUnset }: ConfigDefinition,
  set: ConfigSet,
  own: ConfigSource,
  defaults: ConfigSet | undefined,
): ConfigSynonym[] {
  const synonyms: ConfigSynonym[] = []
  const override = set.override(name)
  if (override !== undefined) synonyms.push({ name, value: override, source: own })
  const inherited = brokerDefault === undefined ? undefined : defaults?.override(brokerDefault)
  if (inherited !== undefined) {
    synonyms.push({ name: brokerDefault!, value: inherited, source: configSources.staticBroker })
  }
  if (brokerDefaultIsUnset !== true) {
    synonyms.push({ name: brokerDefault ?? name, value: standard, source: configSources.default })
  }
  return synonyms
}
