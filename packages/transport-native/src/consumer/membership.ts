import {
  PartitaError,
  toPartitaError,
  type FetchOptions,
  type GroupListener,
  type ConsumerGroupMetadata,
  type GroupMembership,
  type OffsetCommit,
  type TopicPartition,
} from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { Fetcher } from './fetching/fetcher.ts'
import { StartOffsets } from './fetching/start-offsets.ts'
import { Commits } from './group/commits.ts'
import type { Coordinator } from './group/coordinator.ts'
import type { GroupProtocol } from './group/group-protocol.ts'
import { GroupOffsets, noOffsets } from './group/group-offsets.ts'
import { Ownership } from './ownership.ts'
import { rest } from './retry.ts'
import { Signal } from './signal.ts'

/** Leaving is a courtesy: the session timeout would do it too. */
const leaveTimeoutMs = 2_000

export interface MembershipSettings {
  readonly cluster: Cluster
  readonly options: FetchOptions
  readonly listener: GroupListener
  /** Of the group whose offsets are read and written; `null`: there is none. */
  readonly coordinator: Coordinator | null
  /** How long partitions may take to be given up. */
  readonly drainLimitMs: number
  /** The way to partitions; the signal fires when the membership is over. */
  openProtocol(signal: AbortSignal): GroupProtocol
}

/**
 * What the application holds on to: partitions that come by some protocol, what is fetched of them, and what is committed
 * for them.
 */
export class Membership implements GroupMembership {
  readonly #cluster: Cluster
  readonly #groupId: string | undefined
  readonly #listener: GroupListener
  readonly #protocol: GroupProtocol
  readonly #commits: Commits
  readonly #fetcher: Fetcher
  readonly #ownership: Ownership
  /** Fires with the first assignment, or with what stood in its way. */
  readonly #begun = new Signal<PartitaError | null>()
  readonly #ended = new Signal<PartitaError>()
  readonly #abort = new AbortController()
  #leaving = Promise.resolve()

  constructor({ cluster, options, listener, coordinator, drainLimitMs, openProtocol }: MembershipSettings) {
    const { clock } = cluster
    const { signal } = this.#abort
    const groupId = coordinator?.groupId
    const tell = (call: () => unknown): void => this.#tell(call)
    const protocol = openProtocol(signal)
    const { member } = protocol
    const readCommitted = options.isolationLevel === 'read_committed'
    const offsets = coordinator === null ? noOffsets : new GroupOffsets(coordinator, member, readCommitted, signal)
    const starts = new StartOffsets(cluster, { ...options, groupId }, signal)
    const refused = (error: PartitaError): void => protocol.heed(error)
    const fetcher = new Fetcher({
      cluster,
      options,
      starts,
      signal,
      records: (batch) => tell(() => listener.records(batch)),
      failed: (error) => this.#fail(error),
    })
    this.#cluster = cluster
    this.#groupId = groupId
    this.#listener = listener
    this.#protocol = protocol
    this.#fetcher = fetcher
    const ended = this.#ended
    this.#ownership = new Ownership({
      clock,
      groupId,
      drainLimitMs,
      listener,
      offsets,
      starts,
      fetcher,
      ended,
      refused,
      tell,
    })
    const owns = (name: string): boolean => this.#ownership.has(name)
    this.#commits = new Commits({ clock, groupId, member, offsets, owns, ended, refused })
  }

  get epoch(): number {
    return this.#ownership.epoch
  }

  get memberId(): string {
    return this.#protocol.member.memberId
  }

  groupMetadata(): ConsumerGroupMetadata {
    const { memberId, generation: generationId, groupInstanceId } = this.#protocol.member
    return { groupId: this.#groupId ?? '', generationId, memberId, groupInstanceId: groupInstanceId ?? undefined }
  }

  /** Begins; settles with the first assignment. */
  async begin(): Promise<void> {
    void this.#live()
    const failure = await this.#begun.promise
    if (failure !== null) throw failure
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    return this.#commits.commit(offsets)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions)
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset)
  }

  async leave(): Promise<void> {
    this.#end(new PartitaError('CLOSED', 'The member has left its group.', { groupId: this.#groupId }))
    await this.#leaving
    await this.#cluster.close()
  }

  async #live(): Promise<void> {
    const fail = (error: PartitaError): void => this.#fail(error)
    try {
      await this.#protocol.live({ ownership: this.#ownership, begun: this.#begun, ended: this.#ended, fail })
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  #tell(call: () => unknown): void {
    if (this.#ended.fired) return
    try {
      call()
    } catch (error) {
      this.#fail(toPartitaError(error))
    }
  }

  #fail(error: PartitaError): void {
    if (this.#ended.fired) return
    const hadBegun = this.#begun.fired
    this.#end(error)
    if (hadBegun) this.#listener.failed(error)
  }

  #end(error: PartitaError): void {
    if (this.#ended.fired) return
    this.#ended.fire(error)
    this.#abort.abort()
    this.#protocol.stop()
    this.#leaving = rest(this.#cluster.clock, leaveTimeoutMs, this.#protocol.leave(leaveTimeoutMs))
    this.#begun.fire(error)
  }
}
