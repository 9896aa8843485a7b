// KIP-951: an answer that refuses because the leader moved says at once who it is now. Produce and Fetch share it.
import { array, int32, nullableString, optional, string, struct } from '../schema/index.ts'

/** The leader now; -1 where the answer has no hint. */
export const leaderIdAndEpoch = struct({ leaderId: optional(int32, -1), leaderEpoch: optional(int32, -1) })

/** Where the leaders that were named are to be reached. */
export const nodeEndpoints = array(struct({ nodeId: int32, host: string, port: int32, rack: optional(nullableString) }))
