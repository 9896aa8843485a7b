import { PartitaError } from './errors.ts'

/**
 * Checks that an option is a whole number in a range, and says so in one sentence otherwise.
 * @param name the option's name as the user wrote it
 * @throws PartitaError `INVALID_OPTION`
 */
export function integerOption(
  name: string,
  value: number,
  range: { readonly min: number; readonly max?: number },
): number {
  const { min, max = Number.MAX_SAFE_INTEGER } = range
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value
  const upTo = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
  throw new PartitaError('INVALID_OPTION', `${name} must be a whole number, ${upTo}; got ${show(value)}.`, {
    api: name,
  })
}

/** Checks that an option is one of the values it may have. Throws `INVALID_OPTION`. */
export function choiceOption<const T extends string | number>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value
  throw new PartitaError(
    'INVALID_OPTION',
    `${name} must be one of ${choices.map(show).join(', ')}; got ${show(value)}.`,
    {
      api: name,
    },
  )
}

/** Checks that an option is a string with something in it. Throws `INVALID_OPTION`. */
export function nameOption(name: string, value: string): string {
  if (typeof value === 'string' && value.length > 0) return value
  throw new PartitaError('INVALID_OPTION', `${name} must be a string that is not empty; got ${show(value)}.`, {
    api: name,
  })
}

const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/

/**
 * Checks a topic's name by Kafka's rule: 1 to 249 of `a–z A–Z 0–9 . _ -`, and not `.` or `..`.
 * @throws PartitaError `INVALID_TOPIC_EXCEPTION`
 */
export function topicName(topic: string): string {
  if (typeof topic === 'string' && legalTopic.test(topic) && topic !== '.' && topic !== '..') return topic
  throw new PartitaError(
    'INVALID_TOPIC_EXCEPTION',
    `${show(topic)} is not a topic name: 1 to 249 letters, digits, ".", "_" or "-" are, except "." and "..".`,
  )
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
