import { kafkaErrorCodes, type Clock, type KafkaErrorName } from '@partita/protocol'
import type { fetchApi, RequestOf } from '@partita/wire'
import type { FakeLog } from './fake-log.ts'

type FetchAsked = { readonly topic: string } & RequestOf<typeof fetchApi>['topics'][number]['partitions'][number]

/** A topic's id, made of its name. */
export function idOf(name: string): string {
  return Buffer.from(name.padEnd(16, '.').slice(0, 16)).toString('hex')
}

/** How the nodes of a fake cluster answer Fetch. */
export class FakeFetches {
  readonly #clock: Clock
  readonly #topics: ReadonlyMap<string, readonly FakeLog[]>
  /** Whether sessions are granted. */
  sessions = false
  /** By node, whose number is the session's id too. */
  readonly granted: Map<number, { epoch: number; partitions: Map<string, FetchAsked> }> = new Map()

  constructor(clock: Clock, topics: ReadonlyMap<string, readonly FakeLog[]>) {
    this.#clock = clock
    this.#topics = topics
  }

  /** Answers at once where there is news, else when there is or the wait is over. */
  fetch(node: number, body: RequestOf<typeof fetchApi>, answer: (answer: object) => void): void {
    const asked = this.#askedBy(node, body)
    if (asked === null) return answer({ errorCode: kafkaErrorCodes.FETCH_SESSION_ID_NOT_FOUND, responses: [] })
    const read = (): { partitions: object[]; hasNews: boolean } => {
      let hasNews = false
      const partitions = [...asked.values()].map((each) => {
        const log = this.#topics.get(each.topic)?.[each.partition]
        const error = log === undefined ? 'UNKNOWN_TOPIC_ID' : errorOf(log, node, each)
        const records = error === 'NONE' ? log!.read(each.fetchOffset, each.partitionMaxBytes) : new Uint8Array(0)
        hasNews ||= error !== 'NONE' || records.length > 0
        return {
          partitionIndex: each.partition,
          errorCode: kafkaErrorCodes[error],
          highWatermark: log?.end ?? -1,
          abortedTransactions: body.isolationLevel === 1 ? (log?.aborted ?? []) : null,
          records,
        }
      })
      return { partitions, hasNews }
    }
    let answered = false
    const settle = (force: boolean): void => {
      if (answered) return
      const { hasNews, partitions } = read()
      if (!hasNews && !force) {
        for (const { topic, partition } of asked.values())
          this.#topics.get(topic)![partition]!.onceAppended(() => settle(false))
        return
      }
      answered = true
      const topics = [...new Set([...asked.values()].map(({ topic }) => topic))]
      const responses = topics.map((topic) => ({
        topic,
        topicId: idOf(topic),
        partitions: partitions.filter((_, index) => [...asked.values()][index]!.topic === topic),
      }))
      answer({ errorCode: 0, sessionId: this.sessions ? node : 0, responses })
    }
    this.#clock.setTimer(body.maxWaitMs, () => settle(true))
    settle(false)
  }

  /** What a request asks for, its session included; `null` where there is no such session. */
  #askedBy(node: number, body: RequestOf<typeof fetchApi>): Map<string, FetchAsked> | null {
    const { sessionId, sessionEpoch, topics, forgottenTopicsData } = body
    const nameOf = (name: string, topicId: string): string =>
      name === '' ? ([...this.#topics.keys()].find((each) => idOf(each) === topicId) ?? '?') : name
    const session = this.granted.get(sessionId)
    if (sessionEpoch > 0 && session?.epoch !== sessionEpoch) return null
    const asked = sessionEpoch > 0 ? session!.partitions : new Map<string, FetchAsked>()
    for (const { topic, topicId, partitions } of forgottenTopicsData) {
      for (const partition of partitions) asked.delete(`${nameOf(topic, topicId)}-${partition}`)
    }
    for (const { topic: name, topicId, partitions } of topics) {
      const topic = nameOf(name, topicId)
      for (const each of partitions) asked.set(`${topic}-${each.partition}`, { topic, ...each })
    }
    if (this.sessions) this.granted.set(node, { epoch: sessionEpoch > 0 ? sessionEpoch + 1 : 1, partitions: asked })
    return asked
  }
}

function errorOf(log: FakeLog, node: number, asked: FetchAsked): KafkaErrorName {
  if (log.leader !== node) return 'NOT_LEADER_OR_FOLLOWER'
  if (asked.currentLeaderEpoch >= 0 && asked.currentLeaderEpoch < log.leaderEpoch) return 'FENCED_LEADER_EPOCH'
  return asked.fetchOffset < log.start || asked.fetchOffset > log.end ? 'OFFSET_OUT_OF_RANGE' : 'NONE'
}
