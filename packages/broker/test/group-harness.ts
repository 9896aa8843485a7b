import type { KafkaErrorName } from '@partita/protocol'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { createGroupCoordinator, type GroupCoordinator } from '../src/groups/group-coordinator.ts'
import type { GroupSettings } from '../src/groups/group-settings.ts'
import type { JoinAnswer, JoinRequest, SyncAnswer } from '../src/groups/group-requests.ts'

/** A parked request: `answer` is there once it was answered. */
export interface Parked<T> {
  answer: T | undefined
}

/** A coordinator under a virtual clock, with requests in a test's short form. All are for the group `g`. */
export interface GroupHarness {
  readonly clock: VirtualClock
  readonly groups: GroupCoordinator
  join(request?: Partial<JoinRequest>): Parked<JoinAnswer>
  /** Joins without an id, and again with the one that was given. */
  joinTwice(request?: Partial<JoinRequest>): { readonly id: string; readonly joined: Parked<JoinAnswer> }
  sync(id: string, generation: number, assignments?: Record<string, string>, instance?: string): Parked<SyncAnswer>
  heartbeat(id: string, generation: number, instance?: string): KafkaErrorName
  state(): string | undefined
}

export const groupSettings: GroupSettings = {
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 100,
  maxSessionTimeoutMs: 60_000,
  maxSize: 100,
  consumerSessionTimeoutMs: 1_000,
  consumerHeartbeatIntervalMs: 100,
  consumerMaxSize: 100,
  offsetMetadataMaxBytes: 4096,
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export function groupHarness(changed: Partial<GroupSettings> = {}): GroupHarness {
  const clock = createVirtualClock()
  const groups = createGroupCoordinator(clock, { ...groupSettings, ...changed })

  const harness: GroupHarness = {
    clock,
    groups,
    join(request = {}) {
      const parked: Parked<JoinAnswer> = { answer: undefined }
      groups.join('g', { ...defaults, ...request }, (answer) => {
        parked.answer = answer
      })
      return parked
    },
    joinTwice(request = {}) {
      const { answer } = harness.join(request)
      if (answer?.error !== 'MEMBER_ID_REQUIRED') throw new Error(`expected MEMBER_ID_REQUIRED, got ${answer?.error}`)
      return { id: answer.memberId, joined: harness.join({ ...request, memberId: answer.memberId }) }
    },
    sync(memberId, generation, assignments = {}, instance) {
      const parked: Parked<SyncAnswer> = { answer: undefined }
      const request = {
        memberId,
        generation,
        groupInstanceId: instance ?? null,
        protocolType: null,
        protocolName: null,
        assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: bytes(text) })),
      }
      groups.sync('g', request, (answer) => {
        parked.answer = answer
      })
      return parked
    },
    heartbeat: (memberId, generation, instance) =>
      groups.heartbeat('g', { memberId, generation, groupInstanceId: instance ?? null }),
    state: () => groups.get('g')?.state,
  }
  return harness
}

const defaults: JoinRequest = {
  memberId: '',
  groupInstanceId: null,
  clientId: 'client',
  clientHost: 'host',
  sessionTimeoutMs: 1_000,
  rebalanceTimeoutMs: 5_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: bytes('topics') }],
  requiresKnownMemberId: true,
  canSkipAssignment: true,
}

/** Two members of one stable generation. */
export function stablePair(harness: GroupHarness): { leader: string; follower: string; generation: number } {
  const first = harness.joinTwice()
  const second = harness.joinTwice()
  const again = harness.join({ memberId: first.id })
  const { generation, leader } = again.answer!
  const follower = leader === first.id ? second.id : first.id
  harness.sync(follower, generation)
  harness.sync(leader, generation, { [leader]: 'L', [follower]: 'F' })
  if (harness.state() !== 'Stable') throw new Error(`the pair is ${harness.state()}`)
  return { leader, follower, generation }
}
