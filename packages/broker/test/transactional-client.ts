import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  batchHeaders,
  endTxnApi,
  initProducerIdApi,
  offsetFetchApi,
  recordsOf,
  txnOffsetCommitApi,
} from '@partita/wire'
import { type ApiClient, batchOf, type FetchedPartition, produceTo, text } from './api-client.ts'

/** A producer with a transactional id that does one thing at a time. Everything gives an error code. */
export interface TransactionalClient {
  readonly producerId: number
  readonly producerEpoch: number
  /** Adds partitions of the topic `t`. */
  add(...partitions: number[]): Promise<number>
  /** Writes to a partition of the topic `t`, in the order of its sequences. */
  write(partition: number, ...values: string[]): Promise<number>
  addGroup(groupId: string, version?: number): Promise<number>
  /** Wants an offset of `t-0` committed. */
  stage(groupId: string, offset: number, member?: object, version?: number): Promise<number>
  end(committed: boolean, version?: number): Promise<number>
}

/** Takes a transactional id. */
export async function transactional(
  client: ApiClient,
  transactionalId = 'tx',
  transactionTimeoutMs = 60_000,
  timestamp: number = Date.now(),
): Promise<TransactionalClient> {
  const { producerId, producerEpoch } = await client.call(initProducerIdApi, 4, {
    transactionalId,
    transactionTimeoutMs,
  })
  const producer = { transactionalId, producerId, producerEpoch }
  const sequences = new Map<number, number>()
  return {
    producerId,
    producerEpoch,
    async add(...partitions) {
      const answer = await client.call(addPartitionsToTxnApi, 3, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: 't', partitions }],
      })
      return answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode
    },
    async write(partition, ...values) {
      const baseSequence = sequences.get(partition) ?? 0
      const batch = batchOf(values, { producerId, producerEpoch, baseSequence, transactional: true, timestamp })
      const { errorCode } = await produceTo(client, 't', partition, batch, { transactionalId })
      if (errorCode === 0) sequences.set(partition, baseSequence + values.length)
      return errorCode
    },
    async addGroup(groupId, version = 3) {
      return (await client.call(addOffsetsToTxnApi, version, { ...producer, groupId })).errorCode
    },
    async stage(groupId, offset, member = {}, version = 3) {
      const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }]
      const request = { ...producer, groupId, ...member, topics: [{ name: 't', partitions }] }
      return (await client.call(txnOffsetCommitApi, version, request)).topics[0]!.partitions[0]!.errorCode
    },
    async end(committed, version = 3) {
      return (await client.call(endTxnApi, version, { ...producer, committed })).errorCode
    },
  }
}

/** What a group has committed for `t-0`, or with an error, its code: `offset 5`, `error 88`. */
export async function committedBy(client: ApiClient, groupId: string, requireStable = true): Promise<string> {
  const topics = [{ name: 't', partitionIndexes: [0] }]
  const answer = await client.call(offsetFetchApi, 7, { groupId, topics, requireStable })
  const { errorCode, committedOffset } = answer.topics[0]!.partitions[0]!
  return errorCode === 0 ? `offset ${committedOffset}` : `error ${errorCode}`
}

/**
 * What a consumer that reads committed records hands on of an answer: it walks the batches, skips those of aborted
 * transactions from where they begin up to their markers, and all markers.
 */
export function committedValues({ records, abortedTransactions }: FetchedPartition): (string | null)[] {
  const pending = [...(abortedTransactions ?? [])]
  const aborting = new Set<number>()
  const values: (string | null)[] = []
  for (const header of batchHeaders(records!)) {
    const { producerId, isControl, isTransactional, baseOffset } = header
    while (pending.length > 0 && pending[0]!.firstOffset <= baseOffset) aborting.add(pending.shift()!.producerId)
    if (isControl) aborting.delete(producerId)
    else if (!isTransactional || !aborting.has(producerId)) {
      values.push(...recordsOf(records!, header).map(({ value }) => text(value)))
    }
  }
  return values
}
