import type { KafkaErrorName } from '@partita/protocol'
import { kafkaErrorCodes } from '@partita/protocol'
import { type RequestOf, txnOffsetCommitApi } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { RequestContext, ServedApi } from '../core/served-api.ts'
import { olderError } from '../core/older-error.ts'
import { serve } from '../core/served-api.ts'
import { Group } from '../groups/group.ts'
import { positionToCommit } from '../groups/position-to-commit.ts'

type Request = RequestOf<typeof txnOffsetCommitApi>
type PartitionRequest = Request['topics'][number]['partitions'][number]

/** A group's positions as part of a transaction: they count once it commits. */
export const txnOffsetCommit: ServedApi = serve<typeof txnOffsetCommitApi>({
  api: txnOffsetCommitApi,
  versions: [0, 5],
  handle(request, context) {
    const group = openGroup(request, context)
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((partition) => ({
          partitionIndex: partition.partitionIndex,
          errorCode: kafkaErrorCodes[stageOne(group, request.producerId, name, partition, context)],
        })),
      })),
    }
  },
  *partitionsOf({ topics }) {
    for (const { name, partitions } of topics) {
      yield* partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex }))
    }
  },
})

function openGroup(request: Request, context: RequestContext): Group | KafkaErrorName {
  const { version, broker } = context
  const { groupId, memberId, groupInstanceId, generationId: generation } = request
  const elsewhere = coordinatorError('group', groupId, context)
  if (elsewhere !== 'NONE') return elsewhere
  // From version 5 on, the group joins the transaction by itself (KIP-890).
  const error =
    version < 5 ? broker.transactions.verifyGroup(request, groupId) : broker.transactions.joinGroup(request, groupId)
  if (error !== 'NONE') return olderError(error, 'TRANSACTION_ABORTABLE', version >= 4)
  return broker.groups.openForStaging(groupId, { memberId, groupInstanceId, generation })
}

function stageOne(
  group: Group | KafkaErrorName,
  producerId: number,
  topic: string,
  asked: PartitionRequest,
  { broker, injectedError }: RequestContext,
): KafkaErrorName {
  const injected = injectedError(topic, asked.partitionIndex)
  if (injected !== undefined) return injected
  if (!(group instanceof Group)) return group
  const position = positionToCommit(topic, asked, broker.topics, group.settings)
  if (typeof position === 'string') return position
  group.staged.stage(producerId, topic, asked.partitionIndex, position)
  return 'NONE'
}
