import { toPartitaError, type PartitaError, type TopicPartition } from '@partita/protocol'
import type { GroupCoordinator } from './group-coordinator.ts'

export interface JoinPatience {
  /** Attempts while no broker can be reached. */
  readonly patience: number
  /** Fires when nobody wants to join any more. */
  readonly ended: { readonly fired: boolean }
  /** The pause between attempts. */
  rest(): Promise<void>
}

/** What a coordinator answers to a member that has to join (again). */
const joinAgain: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REQUEST_TIMEOUT',
])

export function mustJoinAgain({ code }: PartitaError): boolean {
  return joinAgain.has(code)
}

/** Joins until it succeeds; rejects with what makes it pointless to go on. */
export async function joinPatiently(group: GroupCoordinator, how: JoinPatience): Promise<readonly TopicPartition[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await group.join()
    } catch (error) {
      const failure = toPartitaError(error, { api: 'JoinGroup' })
      if (how.ended.fired) throw failure
      if (failure.code === 'UNKNOWN_MEMBER_ID') group.forgetMember()
      if (!failure.retriable && !mustJoinAgain(failure)) throw failure
      if (failure.code === 'CONNECTION_FAILED' && attempt >= how.patience) throw failure
      await how.rest()
    }
  }
}
