import type { KafkaErrorName } from '@partita/protocol'
import type { Group } from './group.ts'
import { Member } from './member.ts'
import { afterDeparture } from './rebalance.ts'

/** Who is to leave. An instance id without a member id is an operator's removal of a static member. */
export interface Leaver {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Takes members out, and lets the others rebalance once, however many went. */
export function leaveGroup(group: Group, leavers: readonly Leaver[]): KafkaErrorName[] {
  const results = leavers.map((leaver) => leave(group, leaver))
  if (results.includes('NONE')) afterDeparture(group)
  return results
}

/** A session ended, or that of someone who was given an id and did not come back with it. */
export function expireMember(group: Group, memberId: string): void {
  leaveGroup(group, [{ memberId, groupInstanceId: null }])
}

function leave(group: Group, { memberId, groupInstanceId }: Leaver): KafkaErrorName {
  if (groupInstanceId === null && group.isPending(memberId)) {
    group.removePending(memberId)
    return 'NONE'
  }
  const knownAs = memberId === '' && groupInstanceId !== null ? group.staticMember(groupInstanceId)?.id : memberId
  const member = group.identify(knownAs ?? '', groupInstanceId)
  if (!(member instanceof Member)) return member
  group.removeMember(member)
  return 'NONE'
}
