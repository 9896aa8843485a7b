import type { KafkaErrorName } from '@partita/protocol'

/** One protocol that a member can speak, with what it wants to tell the leader: its subscription. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

/** A JoinGroup, freed from its versions. */
export interface JoinRequest {
  /** Empty for a member that has no id yet. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  /** In the order of preference. */
  readonly protocols: readonly MemberProtocol[]
  /** Version 4 and later: a member without an id is given one and has to come again with it (KIP-394). */
  readonly requiresKnownMemberId: boolean
  /** Version 9 and later: a leader can be told that no assignment is asked of it (KIP-814). */
  readonly canSkipAssignment: boolean
}

export interface JoinAnswer {
  readonly error: KafkaErrorName
  /** -1 unless `error` is `NONE`. */
  readonly generation: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly memberId: string
  readonly skipAssignment: boolean
  /** Everyone, for the leader; empty for all others. */
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Uint8Array
  }[]
}

/** Who speaks: what all requests of a member carry. */
export interface MemberIdentity {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generation: number
}

export interface SyncRequest extends MemberIdentity {
  /** `null` in versions that do not say. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** The leader's work; empty from all others. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
}

export interface SyncAnswer {
  readonly error: KafkaErrorName
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}
