import type { ManualPartition } from '@partita/protocol'
import type { GroupProtocol, ProtocolHost } from './group/group-protocol.ts'
import type { MemberIdentity } from './group/member-identity.ts'
import { Round } from './group/round.ts'

/** Nobody: whoever commits without being a member of the group. */
const nobody: MemberIdentity = {
  memberId: '',
  generation: -1,
  groupInstanceId: null,
  joined: false,
  joining: false,
  fetchesByEpoch: false,
}

/** Partitions that the application chose by itself: they come once, and stay. (Java: `assign`.) */
export class ManualPartitions implements GroupProtocol {
  readonly member: MemberIdentity = nobody
  readonly #partitions: readonly ManualPartition[]

  constructor(partitions: readonly ManualPartition[]) {
    this.#partitions = partitions
  }

  async live({ ownership, begun, ended }: ProtocolHost): Promise<void> {
    ownership.reached(0)
    await ownership.take(this.#partitions, new Round())
    begun.fire(null)
    await ended.promise
  }

  /** Commits may be refused, but there is no membership to lose. */
  heed(): void {}

  stop(): void {}

  leave(): Promise<void> {
    return Promise.resolve()
  }
}
