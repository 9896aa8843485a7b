import type { IsolationLevel } from '@partita/protocol'
import type { FetchRequest } from './broker-api.ts'
import type { FetchPosition } from './fetch-position.ts'
import { byTopic } from './by-topic.ts'

export interface FetchSettings {
  readonly fetchMinBytes: number
  readonly fetchMaxBytes: number
  readonly maxPartitionFetchBytes: number
  readonly fetchMaxWaitMs: number
  readonly isolationLevel: IsolationLevel
  readonly clientRack?: string | undefined
}

/** A partition, and the offset from which it is asked for. */
export interface Requested {
  readonly position: FetchPosition
  readonly offset: number
}

/**
 * While a partition is left out (paused, or after a failure), a request for the others of its broker waits no longer than
 * this for records: a broker works through a connection's requests one after another, so the partition would have to
 * wait for the answer when its turn comes.
 */
const maxWaitWhileLeftOutMs = 50

/** @param someLeftOut whether the member has partitions that are not asked for at the moment */
export function fetchRequest(
  requested: readonly Requested[],
  settings: FetchSettings,
  someLeftOut: boolean,
): FetchRequest {
  const { fetchMaxBytes, fetchMaxWaitMs, fetchMinBytes, maxPartitionFetchBytes, isolationLevel } = settings
  return {
    maxWaitTime: someLeftOut ? Math.min(fetchMaxWaitMs, maxWaitWhileLeftOutMs) : fetchMaxWaitMs,
    minBytes: fetchMinBytes,
    maxBytes: fetchMaxBytes,
    isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
    rackId: settings.clientRack ?? '',
    topics: byTopic(
      requested.map(({ position }) => position),
      ({ partition, offset }) => ({ partition, fetchOffset: String(offset), maxBytes: maxPartitionFetchBytes }),
    ),
  }
}
