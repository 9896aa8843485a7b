import type { Storage } from './storage.ts'

/** How many ids are set aside at once, so that few of them cost a write. (Kafka's coordinators take 1,000 as well.) */
const blockSize = 1_000

/** Ids that no producer had before, also not before the broker was last started. */
export function createProducerIds(storage: Pick<Storage, 'keep' | 'kept'>): () => number {
  const [kept] = storage.kept('producer-ids')
  let keptBelow = kept === undefined ? 1 : Number(kept[1])
  let next = keptBelow
  return () => {
    if (next >= keptBelow) {
      keptBelow = next + blockSize
      storage.keep('producer-ids', [], keptBelow)
    }
    next += 1
    return next - 1
  }
}
