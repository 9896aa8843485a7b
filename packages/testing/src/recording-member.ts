import {
  partitionName,
  type AssignedPartition,
  type AssignOptions,
  type ConsumerTransport,
  type FetchedBatch,
  type FetchedRecord,
  type GroupListener,
  type GroupMembership,
  type PartitaError,
  type SubscribeOptions,
  type TopicPartition,
  type Transport,
} from '@partita/protocol'

/** What a member was told, in order. */
export type MemberEvent =
  | { readonly kind: 'assigned'; readonly partitions: readonly AssignedPartition[]; readonly epoch: number }
  | { readonly kind: 'revoked'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'lost'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'records'; readonly batch: FetchedBatch }
  | { readonly kind: 'failed'; readonly error: PartitaError }

/** A member that keeps what it is told. */
export class RecordingMember implements GroupListener {
  readonly transport: Transport
  readonly events: MemberEvent[] = []
  /** What to do while partitions are given up. */
  onRevoked: (partitions: readonly TopicPartition[]) => Promise<void> = () => Promise.resolve()
  readonly #session: ConsumerTransport
  #membership: GroupMembership | undefined
  /** By partition, of the present assignment and those before. */
  readonly #records = new Map<string, FetchedRecord[]>()
  #assignment: readonly AssignedPartition[] = []
  #recordCount = 0

  constructor(transport: Transport) {
    this.transport = transport
    this.#session = transport.openConsumer()
  }

  /** The membership; only after `join`. */
  get membership(): GroupMembership {
    if (this.#membership === undefined) throw new Error('the member has not joined')
    return this.#membership
  }

  /** What it has at the moment. */
  get assignment(): readonly AssignedPartition[] {
    return this.#assignment
  }

  /** Records received so far, of all partitions. */
  get recordCount(): number {
    return this.#recordCount
  }

  get failure(): PartitaError | undefined {
    return this.events.find((event) => event.kind === 'failed')?.error
  }

  get batches(): readonly FetchedBatch[] {
    return this.events.flatMap((event) => (event.kind === 'records' ? [event.batch] : []))
  }

  recordsOf(partition: TopicPartition): readonly FetchedRecord[] {
    return this.#records.get(partitionName(partition)) ?? []
  }

  async join(options: SubscribeOptions): Promise<void> {
    this.#membership = await this.#session.subscribe(options, this)
  }

  async assign(options: AssignOptions): Promise<void> {
    this.#membership = await this.#session.assign(options, this)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  assigned(partitions: readonly AssignedPartition[], epoch: number): void {
    this.#assignment = [...this.#assignment, ...partitions]
    this.events.push({ kind: 'assigned', partitions, epoch })
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.events.push({ kind: 'revoked', partitions })
    await this.onRevoked(partitions)
    this.#forget(partitions)
  }

  lost(partitions: readonly TopicPartition[]): void {
    this.events.push({ kind: 'lost', partitions })
    this.#forget(partitions)
  }

  records(batch: FetchedBatch): void {
    this.events.push({ kind: 'records', batch })
    const name = partitionName(batch)
    const records = this.#records.get(name)
    if (records === undefined) this.#records.set(name, [...batch.records])
    else records.push(...batch.records)
    this.#recordCount += batch.records.length
  }

  failed(error: PartitaError): void {
    this.events.push({ kind: 'failed', error })
  }

  #forget(partitions: readonly TopicPartition[]): void {
    const gone = new Set(partitions.map(partitionName))
    this.#assignment = this.#assignment.filter((each) => !gone.has(partitionName(each)))
  }
}
