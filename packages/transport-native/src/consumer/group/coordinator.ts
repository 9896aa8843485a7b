import { isPartitaError, type KafkaErrorName, kafkaErrorName } from '@partita/protocol'
import type { Api, RequestInput, ResponseOf } from '@partita/wire'
import type { Cluster, RequestOptions } from '../../cluster/cluster.ts'
import { refusal } from '../refusal.ts'

/** Answers that say: this broker is not (or not yet, or no longer) the one to ask. */
const elsewhere: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'])

/** Failures after which it is looked up anew where the coordinator is. */
const unreachable: ReadonlySet<string> = new Set(['CONNECTION_FAILED', 'REQUEST_TIMEOUT'])

/** The broker that keeps the group. It may move; then whoever asks again asks the new one. */
export class Coordinator {
  readonly groupId: string
  readonly cluster: Cluster

  constructor(cluster: Cluster, groupId: string) {
    this.cluster = cluster
    this.groupId = groupId
  }

  /** Sends one request to it. Rejects as the cluster does. */
  async ask<A extends Api>(api: A, body: RequestInput<A>, options: RequestOptions): Promise<ResponseOf<A>> {
    const { signal, timeoutMs } = options
    const node = await this.cluster.coordinator('group', this.groupId, { signal, timeoutMs })
    try {
      return await this.cluster.request(node, api, body, options)
    } catch (error) {
      if (isPartitaError(error) && unreachable.has(error.code)) this.#forget()
      throw error
    }
  }

  /** Throws what an answer's error code says, if it says anything. */
  check(api: Api, errorCode: number, place: { topic?: string; partition?: number } = {}): void {
    if (errorCode === 0) return
    if (elsewhere.has(kafkaErrorName(errorCode))) this.#forget()
    throw refusal(errorCode, { api: api.name, groupId: this.groupId, ...place })
  }

  #forget(): void {
    this.cluster.forgetCoordinator('group', this.groupId)
  }
}
