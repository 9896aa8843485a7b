import { integerOption, PartitaError } from '@partita/protocol'
import type { NodeControl } from '../cluster/node-control.ts'
import type { SkewedClock } from '../core/skewed-clock.ts'
import type { DiskFailure, DiskFaults, DiskPlace } from './disk-faults.ts'
import type { FaultBuilder, FaultRule, ObservedRequest, RequestFilter } from './fault-rules.ts'
import { Listeners } from '../core/listeners.ts'
import { createFaultRules, takes } from './fault-rules.ts'

/** What a test can do to the broker, and see of it. */
export interface BrokerControl extends NodeControl {
  /**
   * A fault for requests to come: `control.on({ api: 'Produce', topic: 'orders' }).times(2).loseAnswer()`. All rules that
   * take a request act on it together.
   */
  on(filter: RequestFilter): FaultBuilder
  /**
   * A member of a group falls silent, as a process that is paused: what it sends as that member hangs, with its connection,
   * until the rule is removed. What it fetches and writes goes on.
   */
  freezeMember(groupId: string, memberId: string): FaultRule
  /** The rules that are in force. */
  readonly rules: readonly FaultRule[]
  /** Removes all rules, heals all disks, and sets the clock right. */
  clear(): void
  /** Calls back for every request, before it is carried out, until the returned function is called. */
  onRequest(listener: (request: ObservedRequest) => void): () => void
  /** The next request that the filter takes. Rejects with `CLOSED` when the broker closes. */
  nextRequest(filter: RequestFilter): Promise<ObservedRequest>
  /** Closes every connection, as a broker does that restarts. What is parked on them is not answered. */
  disconnectAll(): void
  /**
   * The disk fails, of a partition, a topic or all of them, in memory as well as in a folder: what is asked of such a
   * partition is answered with `KAFKA_STORAGE_ERROR`, and markers of transactions are not written, until it is healed.
   */
  failDisk(failure?: DiskFailure): void
  healDisk(place?: DiskPlace): void
  /**
   * Puts the broker's time of day wrong by so many milliseconds: for timestamps it sets (`LogAppendTime`) and checks, for
   * retention and compaction, and for what it answers. Timers and timeouts go on as they were. 0 sets it right.
   */
  skewClock(ms: number): void
  /**
   * Retention and compaction, here and now, however little there is to be gained. Segments that are active are left alone
   * by compaction, as always.
   */
  cleanLogs(): Promise<void>
}

/** What of the broker's surroundings a test can have its way with. */
export interface Surroundings {
  readonly disk: DiskFaults
  readonly clock: Pick<SkewedClock, 'skew'>
  readonly cleanLogs: () => Promise<void>
}

/** The broker's own side of {@link BrokerControl}. */
export interface ControlDesk extends BrokerControl {
  /** Whether anybody wants to know of requests: else none is described. */
  readonly isWatching: boolean
  /** Tells observers of a request, and gives the rules that take it. */
  inspect(request: ObservedRequest): readonly FaultRule[]
}

/**
 * @param nodes what can be done to them
 * @param disconnectAll closes every connection
 * @param onClose calls back when the broker closes, until the returned function is called
 */
export function createControlDesk(
  nodes: NodeControl,
  disconnectAll: () => void,
  onClose: (listener: () => void) => () => void,
  { disk, clock, cleanLogs }: Surroundings,
): ControlDesk {
  const rules = createFaultRules()
  const observers = new Listeners<ObservedRequest>()
  return {
    ...nodes,
    get controller() {
      return nodes.controller
    },
    on: rules.on,
    freezeMember: (groupId, memberId) =>
      rules
        .on({ where: isOf(groupId, memberId) })
        .always()
        .swallow(),
    get rules() {
      return rules.all()
    },
    clear() {
      rules.clear()
      disk.heal()
      clock.skew(0)
    },
    onRequest: (listener) => observers.add(listener),
    nextRequest(filter) {
      return new Promise((resolve, reject) => {
        const stop = observers.add((request) => {
          if (!takes(filter, request)) return
          stop()
          forgetClose()
          resolve(request)
        })
        const forgetClose = onClose(() => {
          stop()
          reject(new PartitaError('CLOSED', 'The broker was closed while a request was waited for.'))
        })
      })
    },
    disconnectAll,
    failDisk: disk.fail,
    healDisk: disk.heal,
    skewClock: (ms) => clock.skew(integerOption('ms', ms, { min: Number.MIN_SAFE_INTEGER })),
    cleanLogs,
    get isWatching() {
      return observers.size > 0 || !rules.isEmpty
    },
    inspect(request) {
      observers.notify(request)
      return rules.take(request)
    },
  }
}

/** What a member sends to its group, by either protocol, says who it is. */
function isOf(groupId: string, memberId: string): (request: ObservedRequest) => boolean {
  return ({ body }) => {
    const said = body as { readonly groupId?: unknown; readonly memberId?: unknown }
    return said.groupId === groupId && said.memberId === memberId
  }
}
