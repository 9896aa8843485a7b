import { PartitaError } from '@partita/protocol'
import type { ClusterSession } from './cluster-session.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { waitAtMost } from './waiting.ts'

/** Leaving is a courtesy: the session timeout would do it too. */
const timeoutMs = 2_000

/**
 * Leaves the group, so that others take over without waiting for the session timeout. Never rejects.
 * @param joining the member waits for the answer to a join
 */
export async function leaveGroup(session: ClusterSession, group: GroupCoordinator, joining: boolean): Promise<void> {
  const late = (): PartitaError => new PartitaError('REQUEST_TIMEOUT', 'Leaving took too long.')
  try {
    // A broker reads nothing more of a connection on which it holds back the answer to a join.
    if (joining) await session.reset(new PartitaError('CLOSED', 'The member leaves its group.'))
    await waitAtMost(group.leave(), { clock: session.clock, timeoutMs, timedOut: late, aborted: late })
  } catch {
    // The group will notice by the session timeout.
  }
}
