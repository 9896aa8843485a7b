/** How `DescribeConfigs` numbers the types of values. (Java: `DescribeConfigsResponse.ConfigType`.) */
export const configTypes = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const

export type ConfigType = keyof typeof configTypes

/** One setting of a topic or of the broker, by Kafka's name. Values are texts, as they travel. */
export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly default: string
  /** Of numbers: the least that is allowed. */
  readonly min?: number
  /** Of strings and lists: what is allowed. */
  readonly choices?: readonly string[]
  /** Of a topic's setting: the broker's setting that is its default. */
  readonly brokerDefault?: string
  /** That setting has no default in Kafka: only where it was set, it is a synonym of this one. */
  readonly brokerDefaultIsUnset?: true
}

/** Says what is wrong with a value; `undefined` where nothing is. */
export function faultOf(definition: ConfigDefinition, value: string): string | undefined {
  const { type, min, choices } = definition
  switch (type) {
    case 'boolean':
      return value === 'true' || value === 'false' ? undefined : 'it must be true or false'
    case 'string':
      return choices === undefined || choices.includes(value) ? undefined : `it must be one of ${choices.join(', ')}`
    case 'list': {
      const stranger = listOf(value).find((part) => choices !== undefined && !choices.includes(part))
      return stranger === undefined ? undefined : `${stranger} is not one of ${(choices ?? []).join(', ')}`
    }
    default:
      return faultOfNumber(value, type, min)
  }
}

/** The parts of a list: `compact,delete`. An empty text is an empty list. */
export function listOf(value: string): string[] {
  return value === '' ? [] : value.split(',').map((part) => part.trim())
}

function faultOfNumber(
  value: string,
  type: 'int' | 'long' | 'double',
  min = Number.NEGATIVE_INFINITY,
): string | undefined {
  const form = type === 'double' ? /^-?\d+(\.\d+)?$/ : /^-?\d{1,19}$/
  if (!form.test(value)) return type === 'double' ? 'it must be a number' : 'it must be a whole number'
  if (type === 'int' && Math.abs(Number(value)) > 0x7fffffff) return 'it must fit 32 bits'
  return Number(value) >= min ? undefined : `it must be ${min} or more`
}
