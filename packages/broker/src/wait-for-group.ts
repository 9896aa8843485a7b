import { integerOption, PartitaError } from '@partita/protocol'
import type { GroupExpectation } from './broker.ts'
import type { BrokerState } from './core/broker-state.ts'
import type { Group } from './groups/group.ts'

/** Settles when a group is as expected; rejects when the time is over or the broker closes. */
export function waitForGroup(
  { groups, clock, onClose }: BrokerState,
  groupId: string,
  expected: GroupExpectation,
): Promise<Group> {
  const timeoutMs = integerOption('timeoutMs', expected.timeoutMs ?? 10_000, { min: 0 })
  const now = groups.get(groupId)
  if (now !== undefined && isAs(now, expected)) return Promise.resolve(now)
  return new Promise((resolve, reject) => {
    const forgetChanges = groups.onChange((group) => {
      if (group.id !== groupId || !isAs(group, expected)) return
      stop()
      resolve(group)
    })
    const forgetClose = onClose(() => {
      stop()
      reject(new PartitaError('CLOSED', 'The broker was closed while a group was waited for.', { groupId }))
    })
    const timer = clock.setTimer(timeoutMs, () => {
      stop()
      reject(
        new PartitaError('REQUEST_TIMED_OUT', `${describe(groups.get(groupId))} after ${timeoutMs} ms.`, { groupId }),
      )
    })

    function stop(): void {
      forgetChanges()
      forgetClose()
      timer.cancel()
    }
  })
}

function isAs(group: Group, { members, state }: GroupExpectation): boolean {
  return (members === undefined || group.everyone.length === members) && (state === undefined || group.state === state)
}

function describe(group: Group | undefined): string {
  if (group === undefined) return 'There is no such group yet'
  return `The group is ${group.state} with ${group.everyone.length} members`
}
