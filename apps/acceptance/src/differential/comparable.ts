import { batchHeaders, zeroUuid } from '@partita/wire'

/** What two brokers cannot have in common: addresses, words, times. */
const dropped = new Set([
  'throttleTimeMs',
  'errorMessage',
  'host',
  'port',
  'clusterId',
  'rack',
  'documentation',
  'clientHost',
  'transactionStartTimeMs',
  'lastTimestamp',
])
/** Numbers that each broker chooses: compared by who they stand for. */
const renamed = new Set(['producerId', 'memberId', 'leader', 'updatedMemberId'])
/** What a broker chooses by itself: only whether there is one. */
const chosen = new Set(['logAppendTimeMs', 'topicId', 'sessionId'])
const none: readonly unknown[] = [-1, 0, '', null, zeroUuid]

/** Puts answers of one broker into a form in which another's can be compared with them. */
export function createComparer(prefix: string): (answer: unknown) => unknown {
  const names = new Map<string, string>()

  /** The first that is seen is #1, and so on: both brokers give them in the same order. */
  function nameOf(field: string, value: unknown): unknown {
    if (value === -1 || value === '' || value === null) return value
    const key = JSON.stringify(value)
    const known = names.get(key) ?? `${field}#${names.size + 1}`
    names.set(key, known)
    return known
  }

  function comparable(value: unknown, field: string): unknown {
    if (value instanceof Uint8Array)
      return field === 'records' ? batchesIn(value) : Buffer.from(value).toString('base64')
    if (Array.isArray(value)) return sorted(value.map((each) => comparable(each, field)))
    if (renamed.has(field) && (typeof value !== 'object' || value === null)) return nameOf(field, value)
    if (chosen.has(field)) return none.includes(value) ? 'none' : 'some'
    if (typeof value === 'string') return value.replaceAll(prefix, '')
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).filter(([name]) => !dropped.has(name))
    return Object.fromEntries(entries.map(([name, inner]) => [name, comparable(inner, name)]))
  }

  return (answer) => comparable(answer, '')
}

/** Brokers list topics and partitions in any order. */
function sorted(values: unknown[]): unknown[] {
  const keyed = values.map((value) => [JSON.stringify(value), value] as const)
  return keyed.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value)
}

/** All batches have to be the same to the byte, which is what the CRC says, but for producer ids and the broker's clock. */
function batchesIn(records: Uint8Array): unknown {
  return [...batchHeaders(records)].map(
    ({ baseOffset, lastOffset, partitionLeaderEpoch, isControl, isTransactional, producerId, crc, timestampType }) => ({
      baseOffset,
      lastOffset,
      partitionLeaderEpoch,
      isControl,
      isTransactional,
      timestampType,
      crc: producerId >= 0 || isControl || timestampType === 'LogAppendTime' ? 'of what a broker chose' : crc,
    }),
  )
}
