import { createVirtualClock, type VirtualClock } from '@partita/testing'
import type { HeartbeatAnswer, HeartbeatRefusal, HeartbeatRequest } from '../src/consumer-groups/heartbeat-request.ts'
import type { TopicsView, TopicView } from '../src/consumer-groups/topics-view.ts'
import { createGroupCoordinator, type GroupCoordinator } from '../src/groups/group-coordinator.ts'
import { groupSettings } from './group-harness.ts'

/** Topics that a test can change as it likes. */
export interface TestTopics extends TopicsView {
  set(name: string, partitions: number): void
  delete(name: string): void
}

/** A member as a well-behaved client is one: it heartbeats, and gives up what it is asked to when it is told to. */
export interface TestMember {
  readonly id: string
  epoch: number
  /** What it has in use: `t-0`. */
  owned: string[]
  /** What it was last told it may have. */
  assigned: string[]
  /** Why it was refused, if it was. */
  error: string | undefined
  /** Joins. */
  join(more?: Partial<HeartbeatRequest>): HeartbeatAnswer | HeartbeatRefusal
  /** Tells what it owns, and takes over what it hears. */
  beat(more?: Partial<HeartbeatRequest>): HeartbeatAnswer | HeartbeatRefusal
  /** Gives up what it is no more assigned, and takes what it is. */
  settle(): void
  leave(epoch?: -1 | -2): void
}

export interface ConsumerGroupHarness {
  readonly clock: VirtualClock
  readonly groups: GroupCoordinator
  readonly topics: TestTopics
  member(id: string, more?: Partial<HeartbeatRequest>): TestMember
  /** Rounds of heartbeats until nothing changes; throws where it does not end. */
  settle(members: readonly TestMember[]): void
  state(): string | undefined
}

export function consumerGroupHarness(counts: Record<string, number> = { t: 4 }): ConsumerGroupHarness {
  const clock = createVirtualClock()
  const topics = testTopics(counts)
  const groups = createGroupCoordinator(clock, groupSettings, undefined, topics)

  function member(id: string, own: Partial<HeartbeatRequest> = {}): TestMember {
    const self: TestMember = {
      id,
      epoch: 0,
      owned: [],
      assigned: [],
      error: undefined,
      join(more = {}) {
        self.owned = []
        self.assigned = []
        const all = { ...silence, rebalanceTimeoutMs: 500, subscribedTopicNames: ['t'], topicPartitions: [] }
        return send({ ...all, ...own, memberEpoch: 0, ...more })
      },
      beat: (more = {}) =>
        send({ ...silence, memberEpoch: self.epoch, topicPartitions: idsOf(self.owned, topics), ...more }),
      settle: () => void (self.owned = self.assigned),
      leave: (epoch = -1) => void send({ ...silence, memberEpoch: epoch }),
    }

    function send(request: HeartbeatRequest): HeartbeatAnswer | HeartbeatRefusal {
      const answer = groups.consumerHeartbeat('g', { ...request, memberId: id, instanceId: own.instanceId ?? null })
      self.error = 'error' in answer ? answer.error : undefined
      if ('error' in answer) return answer
      self.epoch = answer.memberEpoch
      if (answer.assignment !== null) self.assigned = namesOf(answer.assignment, topics)
      return answer
    }
    return self
  }

  return {
    clock,
    groups,
    topics,
    member,
    settle(members) {
      for (let round = 0; round < 20; round++) {
        const before = JSON.stringify(members.map(({ epoch, owned }) => [epoch, owned]))
        for (const each of members) {
          each.beat()
          each.settle()
        }
        if (before === JSON.stringify(members.map(({ epoch, owned }) => [epoch, owned]))) return
      }
      throw new Error('the group does not come to rest')
    },
    state: () => groups.get('g')?.state,
  }
}

/** Nothing has changed. */
const silence: HeartbeatRequest = {
  memberId: '',
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  clientId: 'client',
  clientHost: '/host',
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: null,
}

function testTopics(counts: Record<string, number>): TestTopics {
  const byName = new Map<string, TopicView>()
  let version = 0
  let ids = 0
  const topics: TestTopics = {
    get version() {
      return version
    },
    get: (name) => byName.get(name),
    getById: (id) => [...byName.values()].find((topic) => topic.id === id),
    all: () => byName.values(),
    set(name, length) {
      ids += 1
      version += 1
      byName.set(name, { name, id: byName.get(name)?.id ?? `id${ids}`, partitions: { length } })
    },
    delete(name) {
      version += 1
      byName.delete(name)
    },
  }
  for (const [name, count] of Object.entries(counts)) topics.set(name, count)
  return topics
}

function namesOf(assignment: NonNullable<HeartbeatAnswer['assignment']>, topics: TestTopics): string[] {
  const nameOf = (id: string): string => topics.getById(id)?.name ?? 'gone'
  return assignment
    .flatMap(({ topicId, partitions }) => partitions.map((index) => `${nameOf(topicId)}-${index}`))
    .toSorted()
}

function idsOf(names: readonly string[], topics: TestTopics): { topicId: string; partitions: number[] }[] {
  return names.flatMap((name) => {
    const [topic, index] = name.split('-') as [string, string]
    const topicId = topics.get(topic)?.id
    return topicId === undefined ? [] : [{ topicId, partitions: [Number(index)] }]
  })
}
