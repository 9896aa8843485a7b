import type { Clock } from '@partita/protocol'
import { Deadline } from '../core/deadline.ts'
import type { JoinAnswer, JoinRequest, MemberProtocol, SyncAnswer } from './group-requests.ts'

const noBytes = new Uint8Array(0)

/** A member of a group: what it said when it joined, and which of its requests waits for an answer. */
export class Member {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment: Uint8Array = noBytes
  /** The generation for which it last sent a SyncGroup. */
  syncedGeneration = -1
  readonly session: Deadline
  #joining: ((answer: JoinAnswer) => void) | undefined
  #syncing: ((answer: SyncAnswer) => void) | undefined

  constructor(id: string, request: JoinRequest, clock: Clock, onSessionEnd: (member: Member) => void) {
    this.id = id
    this.instanceId = request.groupInstanceId
    this.clientId = request.clientId
    this.clientHost = request.clientHost
    this.sessionTimeoutMs = request.sessionTimeoutMs
    this.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    this.protocols = request.protocols
    this.session = new Deadline(clock, () => onSessionEnd(this))
  }

  get isJoining(): boolean {
    return this.#joining !== undefined
  }

  get isSyncing(): boolean {
    return this.#syncing !== undefined
  }

  /** Takes over what a later JoinGroup says. */
  update(request: JoinRequest): void {
    this.sessionTimeoutMs = request.sessionTimeoutMs
    this.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    this.protocols = request.protocols
  }

  /** Starts the session anew: it was heard of. */
  touch(): void {
    this.session.set(this.sessionTimeoutMs)
  }

  /** Keeps a JoinGroup until the generation is complete. `expireAfterMs`: how long at most; by default until then. */
  parkJoin(answer: (answer: JoinAnswer) => void, expireAfterMs?: number): void {
    // An earlier one came over a connection that is lost by now; whoever still listens there is told to join again.
    this.#joining?.(failedJoin('REBALANCE_IN_PROGRESS', this.id))
    this.#joining = answer
    if (expireAfterMs === undefined) this.session.clear()
    else this.session.set(expireAfterMs)
  }

  parkSync(answer: (answer: SyncAnswer) => void): void {
    this.#syncing?.(failedSync('REBALANCE_IN_PROGRESS'))
    this.#syncing = answer
    this.session.clear()
  }

  answerJoin(answer: JoinAnswer): void {
    const joining = this.#joining
    this.#joining = undefined
    this.touch()
    joining?.(answer)
  }

  answerSync(answer: SyncAnswer): void {
    const syncing = this.#syncing
    this.#syncing = undefined
    this.touch()
    syncing?.(answer)
  }

  /** Ends the membership: nothing of it fires or waits any more. */
  end(error: 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID'): void {
    this.#joining?.(failedJoin(error, this.id))
    this.#syncing?.(failedSync(error))
    this.#joining = undefined
    this.#syncing = undefined
    this.session.clear()
  }

  metadataFor(protocolName: string | null): Uint8Array {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes
  }

  /** Whether it would say the same again: then it needs no new generation. */
  speaks(protocols: readonly MemberProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false
    return this.protocols.every((mine, i) => {
      const theirs = protocols[i]!
      return mine.name === theirs.name && sameBytes(mine.metadata, theirs.metadata)
    })
  }
}

/** The answer to a JoinGroup that did not become part of a generation. */
export function failedJoin(error: JoinAnswer['error'], memberId: string): JoinAnswer {
  return {
    error,
    generation: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    memberId,
    skipAssignment: false,
    members: [],
  }
}

export function failedSync(error: SyncAnswer['error']): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: noBytes }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
