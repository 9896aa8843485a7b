import { type KafkaErrorName, kafkaErrorCodes, type TopicPartition } from '@partita/protocol'
import type { RequestContext } from '../core/served-api.ts'
import { Watch } from '../core/watch.ts'
import type { FetchSessionCache } from './fetch-session-cache.ts'
import {
  type AskedTopic,
  epochAfter,
  type FetchRequest,
  type FetchResponse,
  type FetchSession,
  finalEpoch,
  initialEpoch,
  type ReadTerms,
} from './fetch-session.ts'

/** What one Fetch is about, with its session or without. (Java: `FetchContext`.) */
export interface FetchScope {
  /** What is to be read, in order. */
  asked(): readonly AskedTopic[]
  /** For whoever waits for what is to be read. */
  readonly watch: Watch
  /** There is nothing to read and nothing to tell: so it was at the session's last answer, and nothing has happened since. */
  readonly isQuiet: boolean
  /** The answer, of what was read of all that. Called once. */
  answer(read: FetchedAll): FetchResponse
}

/** What was read of everything that a request is about. */
export type FetchedAll = Pick<FetchResponse, 'responses' | 'nodeEndpoints'>

/** Topics go by id from this version on. */
const firstVersionById = 13

/** @returns what the request is about, or why its session cannot go on: then the client begins anew with a full request */
export function fetchScope(
  request: FetchRequest,
  { version, node, broker }: Pick<RequestContext, 'version' | 'node' | 'broker'>,
): FetchScope | KafkaErrorName {
  const { fetchSessions: sessions } = broker
  const { sessionId, sessionEpoch, topics, isolationLevel, rackId } = request
  const byId = version >= firstVersionById
  if (sessionEpoch === initialEpoch || sessionEpoch === finalEpoch) {
    sessions.remove(sessionId)
    return sessionEpoch === finalEpoch ? sessionless(topics) : full(topics, byId, sessions)
  }
  const session = sessions.get(sessionId)
  if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND'
  if (session.epoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
  if (session.byId !== byId) return 'FETCH_SESSION_TOPIC_ID_ERROR'
  session.update(request)
  if (session.size === 0) {
    sessions.remove(sessionId)
    return sessionless(topics)
  }
  if (!sessions.touch(session)) return 'FETCH_SESSION_ID_NOT_FOUND'
  session.epoch = epochAfter(sessionEpoch)
  return incremental(session, session.epoch, { isolationLevel, rackId, node: node.id })
}

/** All partitions that a request is about: those of its session too, which it does not name. */
export function* partitionsAsked(
  { sessionId, sessionEpoch, topics, forgottenTopicsData }: FetchRequest,
  sessions: FetchSessionCache,
  nameOf: (topic: Pick<AskedTopic, 'topic' | 'topicId'>) => string,
): Generator<TopicPartition, void, undefined> {
  const session = sessionEpoch > initialEpoch ? sessions.get(sessionId) : undefined
  const named = new Set<string>()
  for (const { partitions, ...topic } of [...topics, ...forgottenTopicsData]) {
    for (const asked of partitions) {
      named.add(`${topic.topicId} ${topic.topic} ${typeof asked === 'number' ? asked : asked.partition}`)
    }
  }
  for (const { partitions, ...topic } of topics) {
    for (const { partition } of partitions) yield { topic: nameOf(topic), partition }
  }
  for (const { partitions, ...topic } of session?.asked() ?? []) {
    for (const { partition } of partitions) {
      if (!named.has(`${topic.topicId} ${topic.topic} ${partition}`)) yield { topic: nameOf(topic), partition }
    }
  }
}

function sessionless(topics: readonly AskedTopic[]): FetchScope {
  return { asked: () => topics, watch: new Watch(false), isQuiet: false, answer: (read) => read }
}

/** The session arises with the answer, of which it remembers what the client was told. */
function full(topics: readonly AskedTopic[], byId: boolean, sessions: FetchSessionCache): FetchScope {
  const size = topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
  return {
    ...sessionless(topics),
    answer(read) {
      const session = size === 0 ? undefined : sessions.open(size, byId)
      session?.update({ topics, forgottenTopicsData: [] })
      session?.news(read.responses)
      return { ...read, sessionId: session?.id ?? 0 }
    },
  }
}

function incremental(session: FetchSession, epoch: number, terms: ReadTerms): FetchScope {
  const { id: sessionId, watch } = session
  return {
    asked: () => session.asked(),
    watch,
    isQuiet: session.isQuiet(terms),
    answer(read) {
      // Another request of the session has come while this one waited: one of them is a ghost.
      const isGhost = session.epoch !== epoch
      if (isGhost) return { errorCode: kafkaErrorCodes.INVALID_FETCH_SESSION_EPOCH, sessionId, responses: [] }
      const news = session.news(read.responses)
      session.told(news, terms)
      return { sessionId, responses: news, nodeEndpoints: read.nodeEndpoints }
    },
  }
}
