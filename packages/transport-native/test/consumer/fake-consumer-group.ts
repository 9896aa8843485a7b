import { kafkaErrorCodes, type KafkaErrorName } from '@partita/protocol'
import type { consumerGroupHeartbeatApi, RequestOf, ResponseInput } from '@partita/wire'
import { idOf } from './fake-fetches.ts'

type Request = RequestOf<typeof consumerGroupHeartbeatApi>
type Answer = ResponseInput<typeof consumerGroupHeartbeatApi>

/** A coordinator's side of a group of the new protocol with one member, as a test plays it. */
export class FakeConsumerGroup {
  /** How often it wants to hear of the member. */
  heartbeatIntervalMs = 1_000
  epoch = 0
  /** What it gave the member last, by the topics' names. */
  assignment: Readonly<Record<string, readonly number[]>> = { t: [0] }
  /** In place of the topics' own ids. */
  topicIds: Readonly<Record<string, string>> = {}
  memberId = ''
  left: number | undefined
  #isNew = false

  /** From the next heartbeat on the member is to have these. */
  assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.epoch += 1
    this.release(assignment)
  }

  /** The same in the epoch that there is: what the member was to have by then, others have given up only now. */
  release(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.assignment = assignment
    this.#isNew = true
  }

  heartbeat(request: Request): Answer {
    if (request.memberEpoch < 0) {
      this.left = request.memberEpoch
      return refused('NONE')
    }
    if (request.memberEpoch === 0) this.epoch += 1
    else if (request.memberId !== this.memberId) return refused('UNKNOWN_MEMBER_ID')
    this.memberId = request.memberId
    const saidAll = request.memberEpoch === 0 || request.subscribedTopicNames !== null
    const isTold = this.#isNew || saidAll
    this.#isNew = false
    const topics = Object.entries(this.assignment).map(([name, partitions]) => ({
      topicId: this.topicIds[name] ?? idOf(name),
      partitions: [...partitions],
    }))
    return {
      errorCode: 0,
      memberId: request.memberId,
      memberEpoch: this.epoch,
      heartbeatIntervalMs: this.heartbeatIntervalMs,
      assignment: isTold ? { topicPartitions: topics } : null,
    }
  }

  /** Forgets the member. */
  expel(): void {
    this.memberId = ''
  }

  commitError(memberId: string, epoch: number): KafkaErrorName {
    if (memberId !== this.memberId) return 'UNKNOWN_MEMBER_ID'
    return epoch === this.epoch ? 'NONE' : 'STALE_MEMBER_EPOCH'
  }
}

export function refused(error: KafkaErrorName): Answer {
  return { errorCode: kafkaErrorCodes[error], memberEpoch: 0, heartbeatIntervalMs: 0 }
}
