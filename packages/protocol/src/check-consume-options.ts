import type { AssignOptions, FetchOptions, PartitionAssignmentStrategy, SubscribeOptions } from './consume-options.ts'
import { PartitaError } from './errors.ts'
import { choiceOption, integerOption, nameOption, topicName } from './options.ts'
import { partitionName } from './records.ts'

/** The protocol has these as 32-bit integers. */
const maxInt32 = 0x7fff_ffff

const strategies: readonly PartitionAssignmentStrategy[] = ['cooperative-sticky', 'range', 'roundrobin']

/**
 * What every transport checks of a subscription before it asks anybody.
 *
 * @throws PartitaError `INVALID_OPTION` naming the option, or `INVALID_TOPIC_EXCEPTION`
 */
export function checkSubscribeOptions(options: SubscribeOptions): void {
  const { topics, groupInstanceId } = options
  nameOption('groupId', options.groupId)
  if (topics.length === 0) throw invalid('topics', 'must name at least one topic')
  topics.forEach(topicName)
  checkFetchOptions(options)
  integerOption('sessionTimeoutMs', options.sessionTimeoutMs, { min: 2, max: maxInt32 })
  integerOption('heartbeatIntervalMs', options.heartbeatIntervalMs, { min: 1, max: options.sessionTimeoutMs - 1 })
  integerOption('rebalanceTimeoutMs', options.rebalanceTimeoutMs, { min: 1, max: maxInt32 })
  if (groupInstanceId !== undefined) nameOption('groupInstanceId', groupInstanceId)
  checkProtocol(options)
}

/**
 * What every transport checks of partitions that are read by hand.
 *
 * @throws PartitaError `INVALID_OPTION` naming the option, or `INVALID_TOPIC_EXCEPTION`
 */
export function checkAssignOptions(options: AssignOptions): void {
  const { groupId, partitions } = options
  if (groupId !== undefined) nameOption('groupId', groupId)
  if (partitions.length === 0) throw invalid('partitions', 'must name at least one partition')
  const seen = new Set<string>()
  for (const { topic, partition, offset } of partitions) {
    topicName(topic)
    integerOption('partition', partition, { min: 0, max: maxInt32 })
    if (offset !== undefined) integerOption('offset', offset, { min: 0 })
    const name = partitionName({ topic, partition })
    if (seen.has(name)) throw invalid('partitions', `names ${name} twice`)
    seen.add(name)
  }
  checkFetchOptions(options)
}

function checkFetchOptions(options: FetchOptions): void {
  const { clientRack } = options
  choiceOption('autoOffsetReset', options.autoOffsetReset, ['earliest', 'latest', 'none'])
  choiceOption('isolationLevel', options.isolationLevel, ['read_committed', 'read_uncommitted'])
  integerOption('fetchMinBytes', options.fetchMinBytes, { min: 0, max: maxInt32 })
  integerOption('fetchMaxBytes', options.fetchMaxBytes, { min: 1, max: maxInt32 })
  integerOption('maxPartitionFetchBytes', options.maxPartitionFetchBytes, { min: 1, max: maxInt32 })
  integerOption('fetchMaxWaitMs', options.fetchMaxWaitMs, { min: 0, max: maxInt32 })
  if (clientRack !== undefined) nameOption('clientRack', clientRack)
}

/** Each protocol has its own way to say who assigns: one that would not be heeded is refused. */
function checkProtocol(options: SubscribeOptions): void {
  const { groupProtocol = 'classic', groupRemoteAssignor, partitionAssignmentStrategy: offered } = options
  choiceOption('groupProtocol', groupProtocol, ['classic', 'consumer'])
  if (groupRemoteAssignor !== undefined) {
    nameOption('groupRemoteAssignor', groupRemoteAssignor)
    const hint = "is for groupProtocol 'consumer'; classic groups have partitionAssignmentStrategy"
    if (groupProtocol === 'classic') throw invalid('groupRemoteAssignor', hint)
  }
  if (offered === undefined) return
  if (groupProtocol === 'consumer') {
    throw invalid('partitionAssignmentStrategy', "is for groupProtocol 'classic'; with 'consumer' the broker assigns")
  }
  if (offered.length === 0) throw invalid('partitionAssignmentStrategy', 'must name at least one assignor')
  for (const name of offered) choiceOption('partitionAssignmentStrategy', name, strategies)
}

function invalid(option: string, what: string): PartitaError {
  return new PartitaError('INVALID_OPTION', `${option} ${what}.`, { api: option })
}
