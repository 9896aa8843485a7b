import {
  noHeaders,
  partitionName,
  PartitaError,
  toBytes,
  type AssignedPartition,
  type AssignOptions,
  type Bytes,
  type Clock,
  type CommittedOffset,
  type ConsumerTransport,
  type FetchedRecord,
  type GroupListener,
  type GroupMembership,
  type Headers,
  type OffsetCommit,
  type SubscribeOptions,
  type TopicPartition,
  type Transport,
  type TransportGuarantees,
} from '@partita/protocol'

export interface ScriptedConsumerTransportOptions {
  readonly clock: Clock
  /** What the group had committed before, by `topic-partition`; shared with another transport, it is one group. */
  readonly committed?: Map<string, CommittedOffset>
}

/** A partition to assign. Without `committed` the group's own memory decides. */
export interface ScriptedAssignment extends TopicPartition {
  readonly committed?: CommittedOffset | null
}

/** A record to deliver. Its offset is one above the last one's unless given. */
export interface ScriptedRecord {
  readonly offset?: number
  readonly key?: Bytes | null
  readonly value?: Bytes | null
  readonly timestamp?: number
  readonly headers?: Headers
}

export interface DeliverOptions {
  /** Default: one above the last record's. */
  readonly nextOffset?: number
  /** Default: `nextOffset`. */
  readonly highWatermark?: number
  /** The batch was on its way when the partition was paused: then it may still come. */
  readonly onItsWay?: boolean
}

/** What becomes of a commit. */
export interface CommitOutcome {
  readonly error?: PartitaError
  /** Milliseconds until the answer. */
  readonly delayMs?: number
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

interface Held extends TopicPartition {
  next: number
  delivering: boolean
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
  readonly commits: (readonly OffsetCommit[])[] = []
  subscription: SubscribeOptions | undefined
  manual: AssignOptions | undefined
  epoch = -1
  left = false
  readonly #committed: Map<string, CommittedOffset>
  readonly #held: Map<string, Held> = new Map()
  readonly #paused: Set<string> = new Set()
  readonly #outcomes: CommitOutcome[] = []
  #listener: GroupListener | undefined
  #join: Promise<void> = Promise.resolve()

  constructor({ clock, committed = new Map() }: ScriptedConsumerTransportOptions) {
    this.clock = clock
    this.#committed = committed
  }

  get paused(): readonly string[] {
    return [...this.#paused]
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
    return this.#committed.get(partitionName({ topic, partition }))
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
    this.#outcomes.push(outcome)
  }

  assign(partitions: readonly ScriptedAssignment[]): void {
    const given = partitions.map((asked): AssignedPartition => {
      const name = partitionName(asked)
      const { topic, partition, committed = this.#committed.get(name) ?? null } = asked
      this.#held.set(name, { topic, partition, next: committed?.offset ?? 0, delivering: true })
      return { topic, partition, committed }
    })
    this.epoch += 1
    this.#member().assigned(given, this.epoch)
  }

  deliver(topic: string, partition: number, records: readonly ScriptedRecord[], options: DeliverOptions = {}): void {
    const name = partitionName({ topic, partition })
    const to = this.#held.get(name)
    if (to === undefined || !to.delivering) throw new Error(`${name} is not assigned, or is being taken back`)
    if (this.#paused.has(name) && options.onItsWay !== true)
      throw new Error(`${name} is paused: its fetch does not go on`)
    const fetched = records.map((record): FetchedRecord => {
      const offset = record.offset ?? to.next
      to.next = offset + 1
      return fetchedRecord(offset, record)
    })
    const { nextOffset = to.next, highWatermark = nextOffset } = options
    to.next = nextOffset
    this.#member().records({ topic, partition, records: fetched, nextOffset, highWatermark })
  }

  async revoke(partitions: readonly TopicPartition[] = this.#all()): Promise<boolean> {
    const given = partitions
      .map((partition) => this.#held.get(partitionName(partition)))
      .filter((one) => one !== undefined)
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
    this.#drop(given.filter((one) => this.#held.get(partitionName(one)) === one))
    return inTime
  }

  lose(partitions: readonly TopicPartition[] = this.#all()): void {
    this.#drop(partitions)
    this.#member().lost(partitions)
  }

  fail(error: PartitaError): void {
    const member = this.#member()
    this.#drop(this.#all())
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
      commit: (offsets) => this.#commit(offsets),
      pause: (partitions) => partitions.forEach((partition) => this.#paused.add(partitionName(partition))),
      resume: (partitions) => partitions.forEach((partition) => this.#paused.delete(partitionName(partition))),
      seek: (partition, offset) => {
        const found = this.#held.get(partitionName(partition))
        if (found !== undefined) found.next = offset
      },
      leave: () => this.#leave(),
    }
  }

  async #commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { error, delayMs = 0 } = this.#outcomes.shift() ?? {}
    if (delayMs > 0) await new Promise<void>((resolve) => this.clock.setTimer(delayMs, resolve))
    if (error !== undefined) throw error
    if (this.left) throw new PartitaError('UNKNOWN_MEMBER_ID', 'The member has left.')
    if (this.manual !== undefined && this.manual.groupId === undefined) {
      throw new PartitaError('INVALID_GROUP_ID', 'There is no group to commit to.')
    }
    const foreign = offsets.find((offset) => !this.#held.has(partitionName(offset)))
    if (foreign !== undefined)
      throw new PartitaError('PARTITION_LOST', 'The member does not own the partition.', foreign)
    for (const { topic, partition, offset, metadata } of offsets) {
      this.#committed.set(partitionName({ topic, partition }), { offset, metadata })
    }
    this.commits.push(offsets)
  }

  #leave(): Promise<void> {
    this.left = true
    return Promise.resolve()
  }

  #member(): GroupListener {
    if (this.#listener !== undefined && !this.left) return this.#listener
    throw new Error('the script speaks to a member that has not joined, or has left')
  }

  #all(): TopicPartition[] {
    return [...this.#held.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  /** A partition that comes back is not paused. */
  #drop(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(partitionName)) {
      this.#held.delete(name)
      this.#paused.delete(name)
    }
  }
}

function fetchedRecord(offset: number, record: ScriptedRecord): FetchedRecord {
  const { key = null, value = null, timestamp = 0, headers = noHeaders } = record
  const bytes = (given: Bytes | null): Uint8Array | null => (given === null ? null : toBytes(given))
  const [keyBytes, valueBytes] = [bytes(key), bytes(value)]
  const byteLength = (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0)
  return { offset, timestamp, byteLength, key: keyBytes, value: valueBytes, headers }
}

function unsupported(what: string): never {
  throw new PartitaError('UNSUPPORTED', `A scripted consumer transport opens no ${what}.`)
}
