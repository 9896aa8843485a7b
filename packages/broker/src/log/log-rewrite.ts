import type { PlacedBatch } from './batch-entry.ts'
import type { BatchStore, BatchSummary, SegmentRewrite } from './batch-store.ts'

/** Batches that are to take the place of others in a log. */
export interface LogRewrite extends Pick<SegmentRewrite, 'commit' | 'abandon'> {
  append(bytes: Uint8Array, batch: BatchSummary): void
}

/** @param committed told what is there now, in the place of what the segments had */
export function beginRewrite(
  store: BatchStore,
  from: number,
  until: number,
  committed: (written: readonly PlacedBatch[]) => void,
): LogRewrite {
  const rewrite = store.rewrite(from, until)
  const written: PlacedBatch[] = []
  return {
    append(bytes, { baseOffset, lastOffset, maxTimestamp }) {
      const summary = { baseOffset, lastOffset, maxTimestamp }
      written.push({ ...summary, ...rewrite.append(bytes, summary), byteLength: bytes.length })
    },
    commit() {
      const isCommitted = rewrite.commit()
      if (isCommitted) committed(written)
      return isCommitted
    },
    abandon: () => rewrite.abandon(),
  }
}
