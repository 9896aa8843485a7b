import {
  partitionName,
  PartitaError,
  type AssignedPartition,
  type AssignOptions,
  type Clock,
  type CommittedOffset,
  type ConsumerTransport,
  type FetchedRecord,
  type GroupListener,
  type GroupMembership,
  type OffsetCommit,
  type SubscribeOptions,
  type TopicPartition,
  type Transport,
  type TransportGuarantees,
} from '@partita/protocol'
import { HeldPartitions } from './scripted-consumer/held-partitions.ts'
import { type CommitOutcome, ScriptedCommits } from './scripted-consumer/scripted-commits.ts'
import { fetchedRecord, type ScriptedRecord } from './scripted-consumer/scripted-record.ts'

export interface ScriptedConsumerTransportOptions {
  readonly clock: Clock
  /** What the group had committed before, by `topic-partition`; shared with another transport, it is one group. */
  readonly committed?: Map<string, CommittedOffset>
}

/** A partition to assign. Without `committed` the group's own memory decides. */
export interface ScriptedAssignment extends TopicPartition {
  readonly committed?: CommittedOffset | null
}

export interface DeliverOptions {
  /** Default: one above the last record's. */
  readonly nextOffset?: number
  /** Default: `nextOffset`. */
  readonly highWatermark?: number
  /** The batch was on its way when the partition was paused: then it may still come. */
  readonly onItsWay?: boolean
  /** The records are of another log than those before. */
  readonly startsOver?: boolean
}

/**
 * A transport that does what a test tells it to, and holds both sides to the port's contract: a script that delivers to a
 * partition that is not assigned is an error in the test, and so is a batch for a paused one.
 */
export interface ScriptedConsumerTransport extends Transport {
  /** `undefined` until somebody subscribes. */
  readonly subscription: SubscribeOptions | undefined
  /** What was asked for by hand; `undefined` until somebody does. Then `assign` is still the script's to call. */
  readonly manual: AssignOptions | undefined
  readonly epoch: number
  /** The member has left, or closed its session. */
  readonly left: boolean
  /** Acknowledged commits, oldest first. */
  readonly commits: readonly (readonly OffsetCommit[])[]
  /** `topic-partition` of those that the member has paused. */
  readonly paused: readonly string[]
  /** What the group has committed. */
  committed(topic: string, partition: number): CommittedOffset | undefined
  /** Makes joining fail. Before `run`. */
  refuseJoin(error: PartitaError): void
  /** Makes joining wait until the given function is called, or its signal fires. Before `run`. */
  holdJoin(): () => void
  /** The outcome of one future commit: the next one that has none yet. */
  nextCommit(outcome: CommitOutcome): void
  /** A new epoch, with these partitions added. */
  assign(partitions: readonly ScriptedAssignment[]): void
  deliver(topic: string, partition: number, records: readonly ScriptedRecord[], options?: DeliverOptions): void
  /** Takes partitions back (default: all). Settles when the member gave them up, or at the rebalance timeout: `false`. */
  revoke(partitions?: readonly TopicPartition[]): Promise<boolean>
  /** Partitions (default: all) are gone without a word. */
  lose(partitions?: readonly TopicPartition[]): void
  /** Ends the membership. */
  fail(error: PartitaError): void
}

export function createScriptedConsumerTransport(options: ScriptedConsumerTransportOptions): ScriptedConsumerTransport {
  return new Script(options)
}

/** The coordinator and the brokers, as the test plays them. */
class Script implements ScriptedConsumerTransport {
  readonly name: string = 'scripted'
  readonly guarantees: TransportGuarantees = {
    idempotentWrites: 'it writes nothing',
    resultPerBatch: 'it writes nothing',
    drainBeforeRevoke: true,
    cooperativeRebalance: true,
    consumerGroupProtocol: true,
    backgroundHeartbeat: true,
    commitMetadata: true,
    orderedHeaders: true,
    transactions: 'it writes nothing',
  }
  readonly clock: Clock
  subscription: SubscribeOptions | undefined
  manual: AssignOptions | undefined
  epoch = -1
  left = false
  readonly #commits: ScriptedCommits
  readonly #held = new HeldPartitions()
  #listener: GroupListener | undefined
  #join: Promise<void> = Promise.resolve()

  constructor({ clock, committed = new Map() }: ScriptedConsumerTransportOptions) {
    this.clock = clock
    this.#commits = new ScriptedCommits(clock, committed)
  }

  get commits(): readonly (readonly OffsetCommit[])[] {
    return this.#commits.acknowledged
  }

  get paused(): readonly string[] {
    return this.#held.paused
  }

  openConsumer(): ConsumerTransport {
    return {
      subscribe: (options, listener) => this.#subscribe(options, listener),
      assign: (options, listener) => this.#assignByHand(options, listener),
      close: () => this.#leave(),
    }
  }

  openProducer(): never {
    return unsupported('producer')
  }

  openAdmin(): never {
    return unsupported('admin session')
  }

  committed(topic: string, partition: number): CommittedOffset | undefined {
    return this.#commits.committed(partitionName({ topic, partition }))
  }

  refuseJoin(error: PartitaError): void {
    this.#join = Promise.reject(error)
    // Whoever joins is told; nobody else has to be.
    this.#join.catch(() => {})
  }

  holdJoin(): () => void {
    let join = (): void => {}
    this.#join = new Promise((resolve) => (join = resolve))
    return join
  }

  nextCommit(outcome: CommitOutcome): void {
    this.#commits.next(outcome)
  }

  assign(partitions: readonly ScriptedAssignment[]): void {
    const given = partitions.map((asked): AssignedPartition => {
      const { topic, partition, committed = this.committed(asked.topic, asked.partition) ?? null } = asked
      this.#held.add(asked, committed?.offset ?? 0)
      return { topic, partition, committed }
    })
    this.epoch += 1
    this.#member().assigned(given, this.epoch)
  }

  deliver(topic: string, partition: number, records: readonly ScriptedRecord[], options: DeliverOptions = {}): void {
    const to = this.#held.receiver({ topic, partition }, options.onItsWay === true)
    const fetched = records.map((record): FetchedRecord => {
      const offset = record.offset ?? to.next
      to.next = offset + 1
      return fetchedRecord(offset, record)
    })
    const { nextOffset = to.next, highWatermark = nextOffset, startsOver } = options
    to.next = nextOffset
    this.#member().records({ topic, partition, records: fetched, nextOffset, highWatermark, startsOver })
  }

  async revoke(partitions: readonly TopicPartition[] = this.#held.all()): Promise<boolean> {
    const given = partitions.map((each) => this.#held.find(each)).filter((one) => one !== undefined)
    for (const one of given) one.delivering = false
    const limit = this.subscription?.rebalanceTimeoutMs ?? 0
    const inTime = await new Promise<boolean>((resolve, reject) => {
      const timer = this.clock.setTimer(limit, () => resolve(false))
      const over = (): void => {
        timer.cancel()
        resolve(true)
      }
      this.#member().revoked(partitions).then(over, reject)
    })
    // What was lost and assigned anew meanwhile stays.
    this.#held.drop(given.filter((one) => this.#held.find(one) === one))
    return inTime
  }

  lose(partitions: readonly TopicPartition[] = this.#held.all()): void {
    this.#held.drop(partitions)
    this.#member().lost(partitions)
  }

  fail(error: PartitaError): void {
    const member = this.#member()
    this.#held.drop(this.#held.all())
    this.left = true
    member.failed(error)
  }

  #subscribe(options: SubscribeOptions, listener: GroupListener): Promise<GroupMembership> {
    this.subscription = options
    return this.#begin(options.signal, listener)
  }

  #assignByHand(options: AssignOptions, listener: GroupListener): Promise<GroupMembership> {
    this.manual = options
    return this.#begin(options.signal, listener)
  }

  #begin(signal: AbortSignal | undefined, listener: GroupListener): Promise<GroupMembership> {
    if (this.#listener !== undefined) throw new Error('a session is subscribed at most once')
    this.#listener = listener
    const refused = new Promise<never>((_, reject) => {
      const refuse = (): void => reject(new PartitaError('ABORTED', 'Joining was given up.'))
      signal?.addEventListener('abort', refuse, { once: true })
    })
    return Promise.race([this.#join, refused]).then(() => this.#membership())
  }

  #membership(): GroupMembership {
    const epoch = (): number => this.epoch
    return {
      memberId: 'scripted-1',
      get epoch() {
        return epoch()
      },
      groupMetadata: () => {
        const { manual, subscription } = this
        if (manual !== undefined) return { groupId: manual.groupId ?? '', generationId: -1, memberId: '' }
        const { groupId, groupInstanceId } = subscription!
        return { groupId, generationId: this.epoch, memberId: 'scripted-1', groupInstanceId }
      },
      commit: (offsets) => this.#commits.commit(offsets, () => this.#checkCommit(offsets)),
      pause: (partitions) => this.#held.pause(partitions),
      resume: (partitions) => this.#held.resume(partitions),
      seek: (partition, offset) => {
        const found = this.#held.find(partition)
        if (found !== undefined) found.next = offset
      },
      leave: () => this.#leave(),
    }
  }

  #checkCommit(offsets: readonly OffsetCommit[]): void {
    if (this.left) throw new PartitaError('UNKNOWN_MEMBER_ID', 'The member has left.')
    if (this.manual !== undefined && this.manual.groupId === undefined) {
      throw new PartitaError('INVALID_GROUP_ID', 'There is no group to commit to.')
    }
    const foreign = offsets.find((offset) => this.#held.find(offset) === undefined)
    if (foreign !== undefined)
      throw new PartitaError('PARTITION_LOST', 'The member does not own the partition.', foreign)
  }

  #leave(): Promise<void> {
    this.left = true
    return Promise.resolve()
  }

  #member(): GroupListener {
    if (this.#listener !== undefined && !this.left) return this.#listener
    throw new Error('the script speaks to a member that has not joined, or has left')
  }
}

function unsupported(what: string): never {
  throw new PartitaError('UNSUPPORTED', `A scripted consumer transport opens no ${what}.`)
}
