import { setBaseOffset, setLogAppendTime, setPartitionLeaderEpoch } from '@partita/wire'

/** What the broker sets in a batch when it appends it. */
export interface BatchStamp {
  readonly baseOffset: number
  readonly leaderEpoch: number
  /** The timestamp that all records get; -1: they keep theirs. */
  readonly logAppendTime: number
}

/** Sets it in place, in the batch that begins at `position`. */
export function stampBatch(bytes: Uint8Array, position: number, byteLength: number, stamp: BatchStamp): void {
  const place = { position, byteLength }
  setBaseOffset(bytes, place, stamp.baseOffset)
  setPartitionLeaderEpoch(bytes, place, stamp.leaderEpoch)
  if (stamp.logAppendTime >= 0) setLogAppendTime(bytes, place, stamp.logAppendTime)
}
