import { isRetriableKafkaError, kafkaErrorName, PartitaError } from '@partita/protocol'
import { initProducerIdApi } from '@partita/wire'
import type { Cluster } from '../cluster/cluster.ts'

/** What a cluster gives a producer to be known by. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** The producer's id: asked for when it is first needed, by one request, whoever waits for it. */
export class ProducerIds {
  readonly #cluster: Cluster
  readonly #timeoutMs: number
  #current: ProducerIdentity | undefined
  #asking: Promise<ProducerIdentity> | undefined

  constructor(cluster: Cluster, timeoutMs: number) {
    this.#cluster = cluster
    this.#timeoutMs = timeoutMs
  }

  /** The id to begin with. Rejects with what the cluster refused it with; the next call asks again. */
  async current(): Promise<ProducerIdentity> {
    if (this.#current !== undefined) return this.#current
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** An id is of no more use: whoever begins from now on gets another. */
  forget(producerId: number): void {
    if (this.#current?.producerId === producerId) this.#current = undefined
  }

  async #ask(): Promise<ProducerIdentity> {
    const options = { timeoutMs: this.#timeoutMs }
    const node = await this.#cluster.anyNode(options)
    const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff }
    const { errorCode, producerId, producerEpoch } = await this.#cluster.request(node, initProducerIdApi, body, options)
    if (errorCode !== 0) throw refused(errorCode, node)
    return (this.#current = { producerId, producerEpoch })
  }
}

function refused(errorCode: number, node: number): PartitaError {
  const code = kafkaErrorName(errorCode)
  const remedy =
    code === 'CLUSTER_AUTHORIZATION_FAILED'
      ? 'Allow IdempotentWrite on the cluster (Kafka before 2.8) or Write on a topic, or set enableIdempotence: false.'
      : 'It is asked for again with the next attempt.'
  return new PartitaError(code, `The broker gave no producer id: ${code}. ${remedy}`, {
    api: 'InitProducerId',
    broker: String(node),
    retriable: isRetriableKafkaError(code),
  })
}
