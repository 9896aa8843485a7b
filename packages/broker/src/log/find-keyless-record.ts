import { isPartitaError } from '@partita/protocol'
import { decodeBatch, readBatchHeader } from '@partita/wire'
import type { Refusal } from './check-batch.ts'

/**
 * Why a batch may not go into a compacted topic: one of its records has no key. A batch that cannot be read passes here;
 * the checks that follow say what is wrong with it, and one whose codec is not installed is taken on trust.
 */
export async function findKeylessRecord(batch: Uint8Array | null): Promise<Refusal | undefined> {
  try {
    if (batch === null) return undefined
    const records = await decodeBatch(batch, readBatchHeader(batch))
    const index = records.findIndex(({ key }) => key === null)
    if (index < 0) return undefined
    return { error: 'INVALID_RECORD', message: `Record ${index} of the batch has no key, and the topic is compacted.` }
  } catch (error) {
    if (isPartitaError(error)) return undefined
    throw error
  }
}
