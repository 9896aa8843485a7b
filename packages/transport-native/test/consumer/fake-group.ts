import { kafkaErrorCodes, type Clock, type KafkaErrorName, type Timer } from '@partita/protocol'
import type { joinGroupApi, RequestOf, ResponseInput, syncGroupApi } from '@partita/wire'

type JoinRequest = RequestOf<typeof joinGroupApi>
type JoinAnswer = ResponseInput<typeof joinGroupApi>
type SyncRequest = RequestOf<typeof syncGroupApi>
type SyncAnswer = ResponseInput<typeof syncGroupApi>

interface Member {
  readonly id: string
  request: JoinRequest
  join?: ((answer: JoinAnswer) => void) | undefined
  sync?: ((answer: SyncAnswer) => void) | undefined
  assignment: Uint8Array
  session?: Timer | undefined
}

/** What a JoinGroup that is refused is answered, but for its error code. */
export const refusedJoin: JoinAnswer = {
  errorCode: 0,
  generationId: -1,
  protocolName: null,
  leader: '',
  memberId: '',
  members: [],
}

/** A coordinator's side of one classic group, as far as a member can tell. */
export class FakeGroup {
  readonly clock: Clock
  readonly members: Map<string, Member> = new Map()
  readonly offsets: Map<string, { offset: number; metadata: string }> = new Map()
  generation = 0
  state: 'empty' | 'preparing' | 'completing' | 'stable' = 'empty'
  leader = ''
  #given = 0
  #pending = new Set<string>()
  #deadline: Timer | undefined

  constructor(clock: Clock) {
    this.clock = clock
  }

  join(request: JoinRequest, answer: (answer: JoinAnswer) => void): void {
    const refuse = (error: KafkaErrorName, memberId: string): void =>
      answer({ ...refusedJoin, errorCode: kafkaErrorCodes[error], memberId })
    if (request.memberId === '') {
      const memberId = `member-${++this.#given}`
      this.#pending.add(memberId)
      return refuse('MEMBER_ID_REQUIRED', memberId)
    }
    const known = this.members.get(request.memberId)
    if (known === undefined && !this.#pending.delete(request.memberId)) {
      return refuse('UNKNOWN_MEMBER_ID', request.memberId)
    }
    const member = known ?? { id: request.memberId, request, assignment: new Uint8Array(0) }
    member.request = request
    member.join = answer
    this.members.set(member.id, member)
    this.#touch(member)
    if (this.state !== 'preparing') this.rebalance()
    this.#completeIfAllJoined()
  }

  sync(request: SyncRequest, answer: (answer: SyncAnswer) => void): void {
    const error = this.check(request.memberId, request.generationId)
    const member = this.members.get(request.memberId)
    if (error !== 'NONE' || member === undefined || this.state === 'preparing') {
      const code = error === 'NONE' ? 'REBALANCE_IN_PROGRESS' : error
      return answer({ errorCode: kafkaErrorCodes[code], assignment: new Uint8Array(0) })
    }
    member.sync = answer
    if (member.id === this.leader) {
      for (const { memberId, assignment } of request.assignments) {
        const of = this.members.get(memberId)
        if (of !== undefined) of.assignment = assignment
      }
      this.state = 'stable'
    }
    if (this.state !== 'stable') return
    for (const each of this.members.values()) {
      each.sync?.({ errorCode: 0, assignment: each.assignment })
      each.sync = undefined
    }
  }

  heartbeat(memberId: string, generation: number): KafkaErrorName {
    const error = this.check(memberId, generation)
    if (error !== 'NONE') return error
    this.#touch(this.members.get(memberId)!)
    return this.state === 'preparing' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  commitError(memberId: string, generation: number): KafkaErrorName {
    const error = this.check(memberId, generation)
    return error === 'NONE' && this.state === 'completing' ? 'REBALANCE_IN_PROGRESS' : error
  }

  check(memberId: string, generation: number): KafkaErrorName {
    if (!this.members.has(memberId)) return 'UNKNOWN_MEMBER_ID'
    return generation === this.generation ? 'NONE' : 'ILLEGAL_GENERATION'
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId)
    if (member === undefined) return
    member.session?.cancel()
    this.members.delete(memberId)
    if (this.state !== 'preparing') this.rebalance()
    this.#completeIfAllJoined()
  }

  rebalance(): void {
    this.state = 'preparing'
    for (const member of this.members.values()) {
      member.sync?.({ errorCode: kafkaErrorCodes.REBALANCE_IN_PROGRESS, assignment: new Uint8Array(0) })
      member.sync = undefined
    }
    const longest = Math.max(0, ...[...this.members.values()].map(({ request }) => request.rebalanceTimeoutMs))
    this.#deadline?.cancel()
    this.#deadline = this.clock.setTimer(longest, () => this.#complete())
  }

  #completeIfAllJoined(): void {
    if (this.state === 'preparing' && [...this.members.values()].every(({ join }) => join !== undefined))
      this.#complete()
  }

  #complete(): void {
    this.#deadline?.cancel()
    for (const [id, member] of this.members) if (member.join === undefined) this.members.delete(id)
    this.generation += 1
    this.state = this.members.size === 0 ? 'empty' : 'completing'
    if (!this.members.has(this.leader)) this.leader = [...this.members.keys()][0] ?? ''
    const members = Array.from(this.members.values(), ({ id, request }) => ({
      memberId: id,
      groupInstanceId: request.groupInstanceId,
      metadata: request.protocols[0]!.metadata,
    }))
    for (const { id, join } of this.members.values()) {
      join?.({
        errorCode: 0,
        generationId: this.generation,
        protocolType: 'consumer',
        protocolName: this.members.get(id)!.request.protocols[0]!.name,
        leader: this.leader,
        memberId: id,
        members: id === this.leader ? members : [],
      })
      this.members.get(id)!.join = undefined
    }
  }

  #touch(member: Member): void {
    member.session?.cancel()
    member.session = this.clock.setTimer(member.request.sessionTimeoutMs, () => {
      if (member.join === undefined && member.sync === undefined) this.remove(member.id)
    })
  }
}
