import { type Bytes, type FetchedRecord, type Headers, noHeaders, toBytes } from '@partita/protocol'

/** A record to deliver. Its offset is one above the last one's unless given. */
export interface ScriptedRecord {
  readonly offset?: number
  readonly key?: Bytes | null
  readonly value?: Bytes | null
  readonly timestamp?: number
  readonly headers?: Headers
}

/** The record as a fetch brings it. */
export function fetchedRecord(offset: number, record: ScriptedRecord): FetchedRecord {
  const { key = null, value = null, timestamp = 0, headers = noHeaders } = record
  const bytes = (given: Bytes | null): Uint8Array | null => (given === null ? null : toBytes(given))
  const [keyBytes, valueBytes] = [bytes(key), bytes(value)]
  const byteLength = (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0)
  return { offset, timestamp, byteLength, key: keyBytes, value: valueBytes, headers }
}
