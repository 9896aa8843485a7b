import { partitionName, type TopicPartition } from '@partita/protocol'
import { addPartitionsToTxnApi } from '@partita/wire'
import { groupBy } from '../../cluster/group-by.ts'
import type { CoordinatorRequests } from './coordinator-requests.ts'
import type { TransactionState } from './transaction-state.ts'

/** From the next version on it is between brokers. */
const lastVersionOfClients = 3

/** Tells the coordinator which partitions a transaction is about to write to: those of one turn in one request. */
export class PartitionAdder {
  readonly #transactionalId: string
  readonly #state: TransactionState
  readonly #requests: CoordinatorRequests
  #wanted = new Map<string, TopicPartition>()
  /** The request that is not sent yet, and takes more. */
  #next: Promise<void> | undefined
  /** One at a time: the coordinator would refuse a second with `CONCURRENT_TRANSACTIONS`. */
  #last: Promise<void> = Promise.resolve()

  constructor(transactionalId: string, state: TransactionState, requests: CoordinatorRequests) {
    this.#transactionalId = transactionalId
    this.#state = state
    this.#requests = requests
  }

  /** Settles when the partition is part of the transaction. Rejects as coordinators refuse. */
  add(place: TopicPartition): Promise<void> {
    this.#wanted.set(partitionName(place), place)
    if (this.#next === undefined) {
      this.#next = this.#last.then(() => this.#send())
      this.#last = this.#next.catch(() => undefined)
    }
    return this.#next
  }

  async #send(): Promise<void> {
    const state = this.#state
    const places = [...this.#wanted.values()]
    this.#wanted = new Map()
    this.#next = undefined
    state.checkOpen()
    state.touch()
    const { producerId, producerEpoch } = state.identity!
    await this.#requests.ask({
      type: 'transaction',
      key: this.#transactionalId,
      api: addPartitionsToTxnApi,
      atMostVersion: lastVersionOfClients,
      body: {
        v3AndBelowTransactionalId: this.#transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: Array.from(
          groupBy(places, ({ topic }) => topic),
          ([name, of]) => ({ name, partitions: of.map(({ partition }) => partition) }),
        ),
      },
      *errorCodes({ resultsByTopicV3AndBelow }) {
        for (const { resultsByPartition } of resultsByTopicV3AndBelow) {
          for (const { partitionErrorCode } of resultsByPartition) yield partitionErrorCode
        }
      },
    })
    state.addedPartitions(places)
  }
}
