import type { FetchedRecord } from '@partita/protocol'
import { noHeaders } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { decoding } from '../bytes/checked.ts'
import { createBatchWriter } from './batch-writer.ts'

/** How a transaction ended. */
export type ControlMarker = 'abort' | 'commit'

/** The position of each name is its number on the wire. */
const markers: readonly ControlMarker[] = ['abort', 'commit']

/**
 * What the one record of a control batch says. `undefined` for a kind of marker that is not a transaction's (Kafka's
 * controllers write some); such a batch is to be skipped.
 * @throws PartitaError `MALFORMED`
 */
export function readControlMarker(record: FetchedRecord): ControlMarker | undefined {
  return decoding('The control record', undefined, () => {
    const reader = new ByteReader(record.key ?? new Uint8Array(0))
    reader.int16() // The version: later ones may only add to what is read here.
    return markers[reader.int16()]
  })
}

/** What {@link controlBatch} needs to know. */
export interface ControlBatchFields {
  readonly producerId: number
  readonly producerEpoch: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** Of the transaction coordinator. Default 0. */
  readonly coordinatorEpoch?: number | undefined
  /** Default 0: set it at the append. */
  readonly baseOffset?: number | undefined
  /** Default -1. */
  readonly partitionLeaderEpoch?: number | undefined
}

/** The batch that ends a transaction in a partition (Java: `EndTransactionMarker`). */
export function controlBatch(marker: ControlMarker, fields: ControlBatchFields): Uint8Array {
  const { timestamp, coordinatorEpoch = 0, ...header } = fields
  const key = new ByteWriter(4)
  key.int16(0)
  key.int16(markers.indexOf(marker))
  const value = new ByteWriter(6)
  value.int16(0)
  value.int32(coordinatorEpoch)
  const writer = createBatchWriter({ initialBytes: 128 })
  writer.append(timestamp, key.written(), value.written(), noHeaders)
  return writer.finish({ ...header, transactional: true, control: true })
}
