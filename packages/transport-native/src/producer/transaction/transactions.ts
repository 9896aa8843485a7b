import {
  type ConsumerGroupMetadata,
  type OffsetCommit,
  PartitaError,
  toPartitaError,
  type TransactionControl,
  type TransactionStepOptions,
} from '@partita/protocol'
import { addOffsetsToTxnApi, endTxnApi, initProducerIdApi, txnOffsetCommitApi } from '@partita/wire'
import type { Cluster } from '../../cluster/cluster.ts'
import { offsetTopics } from '../../cluster/offset-topics.ts'
import type { ProducerIdentity } from '../producer-ids.ts'
import { CoordinatorRequests } from './coordinator-requests.ts'
import { PartitionAdder } from './partition-adder.ts'
import { TransactionNumbers } from './transaction-numbers.ts'
import { endsTransaction, needsNewEpoch } from './transaction-refusals.ts'
import { TransactionState } from './transaction-state.ts'
import { classicVersions, selfAddingVersions, type TransactionVersions } from './transaction-versions.ts'

/** The feature that decides how transactions are spoken of (KIP-890), and the level from which on it is the newer way. */
const feature = 'transaction.version'
const selfAddingLevel = 2

/** Asks for the epoch to be raised only where the producer still has it (KIP-360). Kafka 2.5. */
const firstInitWithEpoch = 3

export interface TransactionsOptions {
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  readonly requestTimeoutMs: number
}

/** The transactions of one producer session: the coordinator's side of them. */
export class Transactions implements TransactionControl {
  readonly transactionalId: string
  readonly numbers: TransactionNumbers
  readonly #cluster: Cluster
  readonly #timeoutMs: number
  readonly #state = new TransactionState()
  readonly #requests: CoordinatorRequests

  constructor(cluster: Cluster, options: TransactionsOptions) {
    const { transactionalId, transactionTimeoutMs, requestTimeoutMs } = options
    this.transactionalId = transactionalId
    this.#cluster = cluster
    this.#timeoutMs = transactionTimeoutMs
    this.#requests = new CoordinatorRequests({
      cluster,
      requestTimeoutMs,
      limitMs: transactionTimeoutMs,
      fenced: (error) => this.#state.fenced(error),
    })
    this.numbers = new TransactionNumbers(this.#state, new PartitionAdder(transactionalId, this.#state, this.#requests))
  }

  get atMostVersions(): TransactionVersions {
    return this.#state.selfAdding ? selfAddingVersions : classicVersions
  }

  async begin({ signal }: TransactionStepOptions = {}): Promise<void> {
    const state = this.#state
    state.checkNone()
    if (state.needsInit) await this.#initialise(signal)
    state.opened()
  }

  async sendOffsets(
    offsets: readonly OffsetCommit[],
    group: ConsumerGroupMetadata,
    { signal }: TransactionStepOptions = {},
  ): Promise<void> {
    const state = this.#state
    state.checkOpen()
    if (offsets.length === 0) return
    state.touch()
    const { groupId } = group
    try {
      if (!state.hasGroup(groupId)) {
        await this.#requests.ask(
          { ...this.#coordinator, api: addOffsetsToTxnApi, body: { ...this.#who, groupId } },
          signal,
        )
        state.addedGroup(groupId)
      }
      await this.#commitOffsets(offsets, group, signal)
    } catch (cause) {
      const error = toPartitaError(cause)
      state.failed(error, { inDoubt: needsNewEpoch(error.code) })
      throw error
    }
  }

  async commit({ signal }: TransactionStepOptions = {}): Promise<void> {
    const state = this.#state
    state.checkOpen()
    if (this.numbers.inDoubt) throw unsettled()
    state.ending()
    try {
      await this.#end(true, signal)
    } catch (cause) {
      const error = toPartitaError(cause)
      // Without an answer nobody knows; the next `begin` ends what may be open.
      if (error.ambiguous || !endsTransaction(error.code)) state.leftOpen()
      else this.#reopenToAbort(error)
      throw error
    }
  }

  async abort({ signal }: TransactionStepOptions = {}): Promise<void> {
    const state = this.#state
    // Whoever fenced this producer has seen to its transaction.
    if (state.isFenced) return
    if (this.numbers.inDoubt) state.failed(unsettled(), { inDoubt: true })
    state.ending()
    try {
      await this.#end(false, signal)
    } catch (error) {
      state.leftOpen()
      throw error
    } finally {
      this.numbers.forget()
    }
  }

  close(error: PartitaError): void {
    this.#requests.close(error)
  }

  /**
   * Takes the transactional id over, or goes on with it where it is still this producer's (KIP-360). Whose it is, EndTxn
   * says: InitProducerId from a producer that was fenced would abort what the present owner has open, and fence that one
   * too, before it is refused (seen with Kafka 4.3.1; in the coordinator's `prepareInitProducerIdTransit`).
   */
  async #initialise(signal: AbortSignal | undefined): Promise<void> {
    const state = this.#state
    await this.#chooseVersions(signal)
    if (state.identity !== undefined) await this.#endWhatIsLeft(signal)
    if (!state.needsInit) return
    const { transactionalId } = this
    const { producerId = -1, producerEpoch = -1 } = state.identity ?? {}
    const body = { transactionalId, transactionTimeoutMs: this.#timeoutMs, producerId, producerEpoch }
    const answer = await this.#requests.ask({ ...this.#coordinator, api: initProducerIdApi, body }, signal)
    state.initialised({ producerId: answer.producerId, producerEpoch: answer.producerEpoch })
  }

  async #endWhatIsLeft(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#askForEnd(false, signal)
    } catch (error) {
      // There was nothing to abort, or the coordinator has forgotten the producer: either way nothing is open.
      const { code } = toPartitaError(error)
      if (code !== 'INVALID_TXN_STATE' && code !== 'INVALID_PRODUCER_ID_MAPPING') throw error
    }
  }

  async #chooseVersions(signal: AbortSignal | undefined): Promise<void> {
    const cluster = this.#cluster
    const [, newestEnd] = endTxnApi.versions
    const choose = async (node: number): Promise<boolean> => {
      if ((await cluster.versionOf(node, initProducerIdApi)) < firstInitWithEpoch) {
        const text = 'Transactions need Kafka 2.5 or later: an older coordinator cannot tell who was fenced.'
        throw new PartitaError('UNSUPPORTED_VERSION', text, { api: 'InitProducerId', broker: String(node) })
      }
      const level = await cluster.featureLevel(node, feature)
      return level >= selfAddingLevel && (await cluster.versionOf(node, endTxnApi)) === newestEnd
    }
    this.#state.selfAdding = await this.#requests.withCoordinator('transaction', this.transactionalId, choose, signal)
  }

  /** A coordinator that never heard of the transaction has nothing to end. */
  async #end(committed: boolean, signal: AbortSignal | undefined): Promise<void> {
    if (this.#state.isTouched) await this.#askForEnd(committed, signal)
    else this.#state.ended()
  }

  async #askForEnd(committed: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { producerId, producerEpoch } = await this.#requests.ask(
      {
        ...this.#coordinator,
        api: endTxnApi,
        atMostVersion: this.atMostVersions.endTxn,
        body: { ...this.#who, committed },
      },
      signal,
    )
    this.#state.ended(producerId < 0 ? undefined : { producerId, producerEpoch })
  }

  /** Nothing was committed, for certain: it is left to be aborted, like any other that failed. */
  #reopenToAbort(error: PartitaError): void {
    const state = this.#state
    state.opened()
    state.failed(error, { inDoubt: needsNewEpoch(error.code) })
  }

  async #commitOffsets(
    offsets: readonly OffsetCommit[],
    { groupId, generationId, memberId, groupInstanceId }: ConsumerGroupMetadata,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const topics = offsetTopics(offsets)
    const member = { groupId, generationId, memberId, groupInstanceId: groupInstanceId ?? null }
    await this.#requests.ask(
      {
        type: 'group',
        key: groupId,
        api: txnOffsetCommitApi,
        atMostVersion: this.atMostVersions.txnOffsetCommit,
        body: { ...this.#who, ...member, topics },
        *errorCodes(answer) {
          for (const { partitions } of answer.topics) for (const { errorCode } of partitions) yield errorCode
        },
      },
      signal,
    )
  }

  /** What all requests to the transaction's coordinator have in common. */
  get #coordinator() {
    const errorCodes = ({ errorCode }: { readonly errorCode: number }): readonly number[] => [errorCode]
    return { type: 'transaction', key: this.transactionalId, errorCodes } as const
  }

  get #who(): ProducerIdentity & { readonly transactionalId: string } {
    return { transactionalId: this.transactionalId, ...this.#state.identity! }
  }
}

function unsettled(): PartitaError {
  const text = 'A batch of the transaction is in doubt: nobody said whether it is stored. Abort the transaction.'
  return new PartitaError('INVALID_TXN_STATE', text, { api: 'EndTxn' })
}
