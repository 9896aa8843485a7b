import { zeroUuid } from '@partita/wire'
import type { TheirApi } from './platformatic-oracle.ts'

type Body = Record<string, unknown>

interface Arguments {
  /** What their function is called with. */
  readonly fields: readonly unknown[]
  /** What must come out of the bytes. */
  readonly expected: Body
}

/**
 * The arguments of their `createRequest`: mostly the request's fields in order.
 * @param given the body with their kinds of values
 * @param body the same with ours
 */
export function argumentsOf({ api, version }: TheirApi, given: Body, body: Body): Arguments {
  const exception = exceptions[api.name]
  if (exception !== undefined) return exception(given, body, version)
  const { form } = api.request
  if (form.kind !== 'struct') throw new Error('a request is a struct')
  const untagged = Object.entries(form.fields).filter(
    ([, field]) => !('type' in field) || (field.first <= version && version <= field.last && field.tag === undefined),
  )
  return { fields: untagged.map(([name]) => given[name]), expected: body }
}

/** They call what filters match as they call what it is compared with. */
function aclFilter(given: Body): Body {
  const { resourceTypeFilter, resourceNameFilter, patternTypeFilter, principalFilter, hostFilter, ...rest } = given
  return {
    resourceType: resourceTypeFilter,
    resourceName: resourceNameFilter,
    resourcePatternType: patternTypeFilter,
    principal: principalFilter,
    host: hostFilter,
    ...rest,
  }
}

type Exception = (given: Body, body: Body, version: number) => Arguments

const exceptions: Readonly<Record<string, Exception>> = {
  Metadata: (_, body) => {
    const names = (body['topics'] as { name: string | null }[] | null)?.map(({ name }) => name ?? 'named')
    return {
      fields: [names, body['allowAutoTopicCreation'], body['includeTopicAuthorizedOperations']],
      expected: {
        topics: names?.map((name) => ({ name })) ?? null,
        allowAutoTopicCreation: body['allowAutoTopicCreation'],
        includeTopicAuthorizedOperations: body['includeTopicAuthorizedOperations'],
      },
    }
  },

  Fetch: (given, body, version) => {
    const topics = (given['topics'] as Body[]).map((topic) =>
      version < 13 ? { ...topic, topicId: topic['topic'] } : topic,
    )
    const first = ['maxWaitMs', 'minBytes', 'maxBytes', 'isolationLevel', 'sessionId', 'sessionEpoch']
    return {
      fields: [...first.map((name) => given[name]), topics, [], given['rackId']],
      expected: {
        ...Object.fromEntries([...first, 'rackId'].map((name) => [name, body[name]])),
        replicaId: -1,
        topics: (body['topics'] as Body[]).map((topic) => ({
          ...topic,
          partitions: (topic['partitions'] as Body[]).map((partition) => ({
            ...partition,
            logStartOffset: -1,
            replicaDirectoryId: zeroUuid,
          })),
        })),
      },
    }
  },

  DescribeLogDirs: (_, body) => {
    const topics = (body['topics'] ?? []) as Body[]
    return {
      fields: [topics.map(({ topic, partitions }) => ({ name: topic, partitions }))],
      expected: { topics },
    }
  },

  OffsetForLeaderEpoch: (given, body) => ({
    fields: [
      given['replicaId'],
      (given['topics'] as Body[]).map(({ topic, partitions }) => ({
        name: topic,
        partitions: (partitions as Body[]).map(({ partition, ...epochs }) => ({
          partitionIndex: partition,
          ...epochs,
        })),
      })),
    ],
    expected: body,
  }),

  DescribeAcls: (given, body) => ({ fields: [aclFilter(given)], expected: body }),

  DeleteAcls: (given, body) => ({ fields: [(given['filters'] as Body[]).map(aclFilter)], expected: body }),

  AddPartitionsToTxn: (given, body, version) => {
    if (version > 3) return { fields: [given['transactions']], expected: body }
    const transaction = {
      transactionalId: given['v3AndBelowTransactionalId'],
      producerId: given['v3AndBelowProducerId'],
      producerEpoch: given['v3AndBelowProducerEpoch'],
      topics: given['v3AndBelowTopics'],
    }
    return { fields: [[transaction]], expected: body }
  },

  // Their v0 takes the regular expression of v1 too, and leaves it out.
  ConsumerGroupHeartbeat: (given, body) => ({ fields: Object.values(given), expected: body }),

  SyncGroup: (given, body) => {
    const names = [
      'groupId',
      'generationId',
      'memberId',
      'groupInstanceId',
      'protocolType',
      'protocolName',
      'assignments',
    ]
    return { fields: names.map((name) => given[name]), expected: body }
  },
}
