import { PartitaError, partitionName, type TopicPartition } from '@partita/protocol'
import type { ProducerIdentity } from '../producer-ids.ts'

/**
 * What is known of a transactional producer and of its transaction. Pure: it asks nobody.
 *
 * | from | by | to |
 * |---|---|---|
 * | `none` | `initialised`, where `needsInit` | `none`, with an identity that is good |
 * | `none` | `opened` | `open` |
 * | `open` | `failed` | `open`, but only to be aborted |
 * | `open` | `ending` | `ending` |
 * | `open`, `ending` | `ended` | `none`: the coordinator has said so |
 * | `open`, `ending` | `leftOpen` | `none`, and `needsInit`: nobody knows what the coordinator has |
 * | any | `fenced` | for good |
 */
export class TransactionState {
  /** Whether partitions and groups are added by what is written to them (KIP-890). */
  selfAdding = false
  #phase: 'none' | 'open' | 'ending' = 'none'
  #identity: ProducerIdentity | undefined
  #needsInit = true
  /** The coordinator may have heard of the transaction. */
  #isTouched = false
  readonly #members = new Set<string>()
  #failure: PartitaError | undefined
  #fence: PartitaError | undefined

  /** As the coordinator gave it last. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity
  }

  /** The identity has to be renewed before the next transaction. */
  get needsInit(): boolean {
    return this.#needsInit
  }

  /** Something of a transaction may be open at the coordinator: it needs an end. */
  get isTouched(): boolean {
    return this.#isTouched
  }

  get isFenced(): boolean {
    return this.#fence !== undefined
  }

  /** @throws PartitaError `PRODUCER_FENCED`, or `INVALID_TXN_STATE` where a transaction is open */
  checkNone(): void {
    if (this.#fence !== undefined) throw this.#fence
    if (this.#phase !== 'none') throw wrongState('A transaction is open already: commit or abort it first.')
  }

  /** @throws PartitaError `PRODUCER_FENCED`, or `INVALID_TXN_STATE` where nothing can be added to a transaction */
  checkOpen(): void {
    if (this.#fence !== undefined) throw this.#fence
    if (this.#phase !== 'open') throw wrongState('No transaction is open: nothing can be written outside of one.')
    if (this.#failure === undefined) return
    throw wrongState(`The transaction can only be aborted, because something of it failed: ${this.#failure.message}`, {
      cause: this.#failure,
    })
  }

  initialised(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#needsInit = false
    this.#isTouched = false
  }

  opened(): void {
    this.#phase = 'open'
    this.#members.clear()
    this.#failure = undefined
  }

  /** Whether a partition can be written to without being added first. */
  hasPartition(place: TopicPartition): boolean {
    return this.selfAdding || this.#members.has(partitionName(place))
  }

  hasGroup(groupId: string): boolean {
    return this.selfAdding || this.#members.has(groupName(groupId))
  }

  addedPartitions(places: Iterable<TopicPartition>): void {
    for (const place of places) this.#members.add(partitionName(place))
  }

  addedGroup(groupId: string): void {
    this.#members.add(groupName(groupId))
  }

  /** Something is about to be sent that makes the coordinator open the transaction. */
  touch(): void {
    this.#isTouched = true
  }

  /** The transaction can only be aborted. @param inDoubt under this identity something may still arrive somewhere */
  failed(error: PartitaError, { inDoubt }: { readonly inDoubt: boolean }): void {
    this.#failure ??= error
    if (inDoubt) this.#needsInit = true
  }

  ending(): void {
    this.#phase = 'ending'
  }

  /** @param next the identity for the next transaction, where the end brought one: nothing of this one is good there */
  ended(next?: ProducerIdentity): void {
    this.#phase = 'none'
    this.#isTouched = false
    if (next === undefined) return
    this.#identity = next
    this.#needsInit = false
  }

  /** It could not be ended. */
  leftOpen(): void {
    this.#phase = 'none'
    this.#needsInit = true
  }

  fenced(error: PartitaError): void {
    this.#fence ??= error
    this.#phase = 'none'
  }
}

/** No partition has such a name. */
function groupName(groupId: string): string {
  return `group ${groupId}`
}

function wrongState(text: string, options: { readonly cause?: unknown } = {}): PartitaError {
  return new PartitaError('INVALID_TXN_STATE', text, options)
}
