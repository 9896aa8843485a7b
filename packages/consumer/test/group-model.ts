import { PartitaError, type CommittedOffset } from '@partita/protocol'
import { decodeOffsetMap, type Ordering } from '@partita/consumer'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { start, type Call, type Harness } from './harness.ts'

/** One step of a schedule; numbers choose among what is possible at that moment. */
export type Step =
  | { do: 'deliver'; partition: number; count: number }
  | { do: 'done' | 'fail'; which: number }
  | { do: 'wait'; ms: number }
  | { do: 'assign' | 'revoke' | 'lose'; partition: number }
  | { do: 'refuse commit' | 'slow commit' | 'crash' | 'restart' | 'pause' | 'resume' }

export interface LogRecord {
  readonly offset: number
  readonly key: string | null
}

interface Assignment {
  readonly partition: number
  next: number
  revoking: boolean
  /** Handlers of it that still run count for nothing any more. */
  ended: boolean
  readonly committedBefore: ReadonlySet<number>
  readonly finished: Set<number>
}

const topic = 'orders'
const refusal = new PartitaError('NOT_COORDINATOR', 'Ask somebody else.', { retriable: true })

/**
 * A group with one member at a time, over logs that are fixed beforehand. It drives a real consumer by steps, and checks after
 * each what is promised: the checks know the logs, the handlers' starts and ends, and the acknowledged commits, nothing else.
 */
export class GroupModel {
  readonly #logs: readonly (readonly LogRecord[])[]
  readonly #ordering: Ordering
  readonly #maxConcurrency: number
  readonly #clock: VirtualClock = createVirtualClock()
  readonly #committed: Map<string, CommittedOffset> = new Map()
  readonly #assigned: Map<number, Assignment> = new Map()
  /** Ever, while its partition was assigned. */
  readonly #finished: Set<number>[]
  #owners: WeakMap<Call, Assignment> = new WeakMap()
  #running: Call[] = []
  #member!: Harness

  constructor(logs: readonly (readonly LogRecord[])[], ordering: Ordering, maxConcurrency: number) {
    this.#logs = logs
    this.#ordering = ordering
    this.#maxConcurrency = maxConcurrency
    this.#finished = logs.map(() => new Set())
  }

  async begin(): Promise<void> {
    this.#running = []
    this.#assigned.clear()
    this.#member = await start({
      ordering: this.#ordering,
      maxConcurrency: this.#maxConcurrency,
      committed: this.#committed,
      clockToUse: this.#clock,
      offsetMetadataMaxBytes: 64,
      maxBufferedRecords: 12,
      maxBufferedRecordsPerKey: 4,
      rebalanceTimeoutMs: 10_000,
      closeTimeoutMs: 10_000,
      retry: { backoffMs: 100, backoffMaxMs: 800 },
      onCall: (call) => this.#onStart(call),
    })
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'deliver':
        this.#deliver(step.partition, step.count)
        break
      case 'done':
      case 'fail':
        this.#settle(step.do, step.which)
        break
      case 'wait':
        await this.#clock.advance(step.ms)
        break
      case 'assign':
        if (!this.#assigned.has(step.partition)) this.#assign(step.partition)
        break
      case 'revoke':
        if (this.#assigned.get(step.partition)?.revoking === false) this.#revoke(step.partition)
        break
      case 'lose':
        if (this.#assigned.has(step.partition)) this.#lose(step.partition)
        break
      case 'refuse commit':
        this.#member.transport.nextCommit({ error: refusal })
        break
      case 'slow commit':
        this.#member.transport.nextCommit({ delayMs: 500 })
        break
      case 'pause':
      case 'resume':
        this.#member.consumer[step.do]()
        break
      case 'crash':
        await this.#crash()
        break
      case 'restart':
        await this.#restart()
        break
    }
    await this.#clock.settle()
    this.#check()
  }

  /** Lets everything come to its end; nothing may be missing then. */
  async finish(): Promise<void> {
    this.#member.consumer.resume()
    await this.#clock.advance(20_000)
    this.#logs.forEach((_, partition) => this.#assigned.has(partition) || this.#assign(partition))
    for (let round = 0; !this.#allFinished(); round++) {
      if (round > 1000) throw new Error(`something never finishes: ${JSON.stringify(this.#member.consumer.metrics())}`)
      this.#logs.forEach((_, partition) => this.#deliver(partition, 5))
      await this.#clock.advance(1000)
      while (this.#running.length > 0) this.#settle('done', 0)
      await this.#clock.settle()
      this.#check()
    }
    await this.#clock.advance(20_000)
    await this.#restart()
    this.#logs.forEach((log, partition) => {
      const end = (log.at(-1)?.offset ?? -1) + 1
      const committed = this.#committed.get(`${topic}-${partition}`)?.offset ?? 0
      if (committed !== end) throw new Error(`all is finished, but ${committed} of ${end} is committed`)
    })
  }

  #allFinished(): boolean {
    return this.#logs.every((log, partition) => {
      const { finished, committedBefore } = this.#assigned.get(partition)!
      return log.every(({ offset }) => finished.has(offset) || committedBefore.has(offset))
    })
  }

  #onStart(call: Call): void {
    const assignment = this.#assigned.get(call.partition)
    if (assignment === undefined || assignment.revoking) throw new Error(`started without the partition: ${show(call)}`)
    if (assignment.committedBefore.has(call.offset)) throw new Error(`repeated although committed: ${show(call)}`)
    const beside = this.#running.find((other) => this.#sameLane(call, other))
    if (beside !== undefined) throw new Error(`${show(call)} beside ${show(beside)}`)
    const missing = this.#logs[call.partition]!.find(
      (record) =>
        record.offset < call.offset &&
        this.#sameLane(call, { partition: call.partition, ...record }) &&
        !assignment.finished.has(record.offset) &&
        !assignment.committedBefore.has(record.offset),
    )
    if (missing !== undefined) throw new Error(`${show(call)} before ${missing.offset}`)
    if (this.#running.length >= this.#maxConcurrency) throw new Error(`${this.#running.length + 1} handlers at once`)
    this.#owners.set(call, assignment)
    this.#running.push(call)
  }

  #sameLane(a: Pick<Call, 'partition' | 'key'>, b: Pick<Call, 'partition' | 'key'>): boolean {
    if (a.partition !== b.partition || this.#ordering === 'unordered') return false
    return this.#ordering === 'partition' || (a.key !== null && a.key === b.key)
  }

  #settle(how: 'done' | 'fail', which: number): void {
    const [call] = this.#running.splice(which % Math.max(1, this.#running.length), 1)
    if (call === undefined) return
    const assignment = this.#owners.get(call)!
    if (how === 'done' && !assignment.ended) {
      assignment.finished.add(call.offset)
      this.#finished[call.partition]!.add(call.offset)
    }
    call[how]()
  }

  #deliver(partition: number, count: number): void {
    const assignment = this.#assigned.get(partition)
    if (assignment === undefined || assignment.revoking) return
    if (this.#member.transport.paused.includes(`${topic}-${partition}`)) return
    const records = this.#logs[partition]!.filter(({ offset }) => offset >= assignment.next).slice(0, count)
    if (records.length === 0) return
    assignment.next = records.at(-1)!.offset + 1
    this.#member.transport.deliver(topic, partition, records)
  }

  #assign(partition: number): void {
    const committed = this.#committed.get(`${topic}-${partition}`)
    const next = committed?.offset ?? 0
    const committedBefore = new Set(this.#coveredBy(partition, committed))
    const finished = new Set<number>()
    this.#assigned.set(partition, { partition, next, revoking: false, ended: false, committedBefore, finished })
    this.#member.transport.assign([{ topic, partition }])
  }

  #revoke(partition: number): void {
    const assignment = this.#assigned.get(partition)!
    assignment.revoking = true
    void this.#member.transport.revoke([{ topic, partition }]).then(() => this.#forget(assignment))
  }

  #lose(partition: number): void {
    this.#forget(this.#assigned.get(partition)!)
    this.#member.transport.lose([{ topic, partition }])
  }

  #forget(assignment: Assignment): void {
    assignment.ended = true
    if (this.#assigned.get(assignment.partition) === assignment) this.#assigned.delete(assignment.partition)
  }

  /** The process is gone: its handlers with it. What it had sent to the coordinator still arrives. */
  async #crash(): Promise<void> {
    for (const assignment of this.#assigned.values()) assignment.ended = true
    const { transport } = this.#member
    transport.fail(new PartitaError('UNEXPECTED', 'The process was killed.'))
    for (const call of this.#running) call.fail()
    await this.#clock.advance(10_000)
    await this.begin()
  }

  /** A clean end: what finished by then must be committed. */
  async #restart(): Promise<void> {
    const closed = this.#member.consumer.close()
    // Handlers that do not end in time are given up.
    await this.#clock.advance(10_000)
    await closed
    const given = [...this.#assigned.values()]
    for (const assignment of given) assignment.ended = true
    this.#check()
    const before = this.#member.consumer.metrics().failedCommits
    if (before === 0) for (const assignment of given) this.#checkAllCommitted(assignment)
    await this.begin()
  }

  #checkAllCommitted({ partition, finished }: Assignment): void {
    const covered = new Set(this.#coveredBy(partition, this.#committed.get(`${topic}-${partition}`)))
    for (const offset of finished) {
      if (!covered.has(offset))
        throw new Error(`${partition}:${offset} finished before a clean end, and is not committed`)
    }
  }

  #check(): void {
    this.#logs.forEach((_, partition) => {
      for (const offset of this.#coveredBy(partition, this.#committed.get(`${topic}-${partition}`))) {
        if (!this.#finished[partition]!.has(offset))
          throw new Error(`${partition}:${offset} is committed, not finished`)
      }
    })
  }

  #coveredBy(partition: number, committed: CommittedOffset | undefined): number[] {
    if (committed === undefined) return []
    const map = decodeOffsetMap(committed.offset, committed.metadata)
    if (committed.metadata !== '' && map === null)
      throw new Error(`metadata that cannot be read: ${committed.metadata}`)
    const inMap = (offset: number): boolean =>
      map?.finished.some(({ start: s, end }) => offset >= s && offset < end) ?? false
    return this.#logs[partition]!.map(({ offset }) => offset).filter((o) => o < committed.offset || inMap(o))
  }
}

function show({ partition, offset, key, fence }: Call): string {
  return `${partition}:${offset} (key ${key}, fence ${fence})`
}
