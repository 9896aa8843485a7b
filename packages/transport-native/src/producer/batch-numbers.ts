import type { TopicPartition } from '@partita/protocol'
import type { RecordBatch } from './record-batch.ts'

/** How the batches of each partition are numbered, so that a broker knows one again that it has stored already. */
export interface BatchNumbers {
  /** Stamps a batch, unless it is stamped. `false`: `begin` has to be awaited first. */
  stamp(batch: RecordBatch): boolean
  /** Makes a partition's first batch possible. */
  begin(place: TopicPartition): Promise<void>
  /** The batch is in the log. */
  stored(batch: RecordBatch): void
  /** The batch will not be written again. */
  abandon(batch: RecordBatch): void
  /** The broker does not know what the batch's number follows on. `true`: it can be written again under a new number. */
  restart(batch: RecordBatch): boolean
  /** Somebody else has the batch's producer id, in a later epoch. */
  renew(batch: RecordBatch): void
}
