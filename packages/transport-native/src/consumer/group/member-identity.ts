/** In whose name offsets are committed and fetched. */
export interface MemberIdentity {
  /** Empty where there is none yet, or none at all. */
  readonly memberId: string
  /** The generation, or the epoch, that the member is in; -1 where it is in none. */
  readonly generation: number
  readonly groupInstanceId: string | null
  /** In a generation of the group: there is something to send heartbeats for. */
  readonly joined: boolean
  /** Between two generations: what the coordinator says of the last one tells nothing any more. */
  readonly joining: boolean
  /** Whether the coordinator looks at the epoch when offsets are fetched (KIP-848). */
  readonly fetchesByEpoch: boolean
}
