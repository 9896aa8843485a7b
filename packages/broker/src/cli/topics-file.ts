import { PartitaError } from '@partita/protocol'
import type { ConfigValues, TopicOptions } from '../options.ts'
import { readFlagFile } from './users-file.ts'

/** Topics by name, each with its partitions or more. */
export type TopicTable = Readonly<Record<string, number | TopicOptions>>

/** @throws PartitaError `INVALID_OPTION` where the file cannot be read, or says something else than topics */
export async function readTopicsFile(path: string): Promise<TopicTable> {
  return parseTopics(await readFlagFile('--topics', path), path)
}

/**
 * Topics as a file writes them: JSON, `{ "orders": 12 }` or `["orders:12"]`; or a `NAME[:PARTITIONS]` per line, where `#`
 * begins a comment.
 * @param where for the error: the file
 */
export function parseTopics(text: string, where: string): TopicTable {
  const isJson = /^\s*[[{]/.test(text)
  if (isJson) return fromJson(parseJson(text, where), where)
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim())
  return topicList(
    lines.filter((line) => line !== ''),
    where,
  )
}

/** Topics from `NAME[:PARTITIONS]`. Whether a name or a number will do is for the broker to say. */
export function topicList(list: readonly string[], where: string): TopicTable {
  const topics = new Map<string, number | TopicOptions>()
  for (const entry of list) {
    const { name, partitions } = /^(?<name>[^:\s]+)(?::(?<partitions>\d{1,9}))?$/.exec(entry)?.groups ?? {}
    if (name === undefined) throw invalid(where, `a topic is NAME or NAME:PARTITIONS; got ${JSON.stringify(entry)}`)
    if (topics.has(name)) throw invalid(where, `the topic ${name} is there twice`)
    topics.set(name, partitions === undefined ? {} : Number(partitions))
  }
  return Object.fromEntries(topics)
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(where, `not JSON, though it begins like it: ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
}

function fromJson(json: unknown, where: string): TopicTable {
  if (Array.isArray(json)) return topicList(json.map(String), where)
  for (const [name, topic] of Object.entries(json as object)) {
    if (typeof topic !== 'number' && !isTopicOptions(topic)) {
      const right = 'a number of partitions, or { "partitions": 12, "configs": { … } }'
      throw invalid(where, `the topic ${JSON.stringify(name)} needs ${right}; got ${JSON.stringify(topic)}`)
    }
  }
  return json as TopicTable
}

function isTopicOptions(value: unknown): value is TopicOptions {
  if (!isPlainObject(value)) return false
  const { partitions, replicationFactor, configs = {}, ...others } = value
  for (const count of [partitions, replicationFactor])
    if (count !== undefined && typeof count !== 'number') return false
  return isPlainObject(configs) && isConfigValues(configs) && Object.keys(others).length === 0
}

function isConfigValues(configs: Readonly<Record<string, unknown>>): configs is ConfigValues {
  return Object.values(configs).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(where: string, what: string): PartitaError {
  return new PartitaError('INVALID_OPTION', `${where}: ${what}.`)
}
