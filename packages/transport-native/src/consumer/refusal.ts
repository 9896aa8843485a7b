import {
  isRetriableKafkaError,
  kafkaErrorName,
  PartitaError,
  type ErrorPlace,
  type KafkaErrorName,
} from '@partita/protocol'

/** What an answer's error code most likely means, for those that people meet while they consume. */
const hints: Partial<Record<KafkaErrorName, string>> = {
  OFFSET_OUT_OF_RANGE: 'the log does not have that offset',
  UNKNOWN_TOPIC_OR_PARTITION: 'there is no such topic or partition, or this client may not see it',
  NOT_LEADER_OR_FOLLOWER: 'the partition is led by another broker by now',
  INVALID_GROUP_ID: 'that cannot be the id of a group',
  INVALID_SESSION_TIMEOUT:
    '`sessionTimeoutMs` is outside `group.min.session.timeout.ms` to `group.max.session.timeout.ms` of the broker',
  INCONSISTENT_GROUP_PROTOCOL: 'the other members of the group have no assignor in common with this one',
  UNKNOWN_MEMBER_ID: 'the group does not count this member: it was not heard of for `sessionTimeoutMs`, or was removed',
  ILLEGAL_GENERATION: 'the group has moved on to another generation',
  REBALANCE_IN_PROGRESS: 'the group is rebalancing; commit again when this member has joined anew',
  FENCED_MEMBER_EPOCH: 'the group has moved on without this member',
  STALE_MEMBER_EPOCH: 'the member is in another epoch by now',
  UNRELEASED_INSTANCE_ID:
    'a member with the same `groupInstanceId` is in the group, or ended without leaving a moment ago: it is free again ' +
    'when that one leaves or its session ends',
  UNSUPPORTED_ASSIGNOR: 'the broker has no assignor of the name that `groupRemoteAssignor` gives',
  GROUP_ID_NOT_FOUND: 'there is no such group, or it has members that speak the other `groupProtocol`',
  FENCED_INSTANCE_ID: 'another member has joined with the same `groupInstanceId`, which must be unique in the group',
  GROUP_MAX_SIZE_REACHED: 'the group has as many members as `group.max.size` allows',
  OFFSET_METADATA_TOO_LARGE: 'the commit metadata is over `offset.metadata.max.bytes` of the broker',
  TOPIC_AUTHORIZATION_FAILED: 'this principal may not read the topic',
  GROUP_AUTHORIZATION_FAILED: 'this principal may not use the group',
}

/** Errors after which a consumer goes on although Java's exceptions for them are not `RetriableException`s. */
const alsoRetriable: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>([
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_SERVER_ERROR',
  // By then, the answer to a heartbeat tells the member's new epoch.
  'STALE_MEMBER_EPOCH',
])

/** The error for a code that a broker answered. */
export function refusal(errorCode: number, place: ErrorPlace): PartitaError {
  const code = kafkaErrorName(errorCode)
  const hint = hints[code]
  const number = code === 'UNKNOWN_SERVER_ERROR' ? ` (code ${errorCode})` : ''
  const message = `The broker refused with ${code}${number}${hint === undefined ? '' : `: ${hint}`}.`
  const retriable = isRetriableKafkaError(code) || alsoRetriable.has(code)
  return new PartitaError(code, message, { ...place, retriable })
}
