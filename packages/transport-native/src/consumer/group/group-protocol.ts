import type { PartitaError } from '@partita/protocol'
import type { Ownership } from '../ownership.ts'
import type { Signal } from '../signal.ts'
import type { MemberIdentity } from './member-identity.ts'

/** What a way to partitions works with. */
export interface ProtocolHost {
  readonly ownership: Ownership
  /** To be fired with `null` when the first assignment was told. */
  readonly begun: Signal<PartitaError | null>
  /** Fires when the membership is over. */
  readonly ended: Signal<PartitaError>
  /** Ends the membership. */
  fail(error: PartitaError): void
}

/** One way to come by partitions: a group's protocol, or the application's word. */
export interface GroupProtocol {
  readonly member: MemberIdentity
  /** Takes and gives up partitions until the membership ends; throws what ends it. */
  live(host: ProtocolHost): Promise<void>
  /** What the refusal of a commit or an offset fetch says about the membership. */
  heed(error: PartitaError): void
  /** Does nothing by itself any more. */
  stop(): void
  /** Tells the group, where there is one. */
  leave(timeoutMs: number): Promise<void>
}
