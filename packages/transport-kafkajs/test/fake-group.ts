import { partitionName } from '@partita/protocol'
import type { BrokerApi, JoinGroupRequest, OffsetCommitRequest, SyncGroupRequest } from '../src/broker-api.ts'

type OffsetFetchRequest = Parameters<BrokerApi['offsetFetch']>[0]

/** A group coordinator with one member, which is told to rebalance by what a heartbeat is answered with. */
export class FakeGroup {
  generation = 0
  memberId = ''
  /** What heartbeats are answered with; a join sets it back to 0. */
  heartbeatCode = 0
  readonly commits = new Map<string, { offset: string; metadata: string }>()
  #members = 0

  handle(api: keyof BrokerApi, request: never): unknown {
    switch (api) {
      case 'joinGroup':
        return this.#join(request)
      case 'syncGroup':
        return this.#sync(request)
      case 'heartbeat':
        return { errorCode: this.heartbeatCode }
      case 'offsetCommit':
        return this.#commit(request)
      case 'offsetFetch':
        return this.#committed(request)
      case 'leaveGroup':
        return { errorCode: 0, members: [] }
      default:
        throw new Error(`the fake group has no ${api}`)
    }
  }

  #join({ memberId, groupProtocols }: JoinGroupRequest): unknown {
    if (memberId === '')
      return { errorCode: 79, generationId: -1, leaderId: '', memberId: `m${++this.#members}`, members: [] }
    this.memberId = memberId
    this.heartbeatCode = 0
    const members = [{ memberId, memberMetadata: groupProtocols[0]!.metadata }]
    return { errorCode: 0, generationId: ++this.generation, leaderId: memberId, memberId, members }
  }

  #sync({ memberId, groupAssignment }: SyncGroupRequest): unknown {
    const mine = groupAssignment.find((each) => each.memberId === memberId)
    return { errorCode: 0, memberAssignment: mine?.memberAssignment ?? Buffer.alloc(0) }
  }

  #commit({ topics, groupGenerationId }: OffsetCommitRequest): unknown {
    const errorCode = groupGenerationId === this.generation ? 0 : 22
    return {
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, offset, metadata }) => {
          if (errorCode === 0) this.commits.set(partitionName({ topic, partition }), { offset, metadata })
          return { partition, errorCode }
        }),
      })),
    }
  }

  #committed({ topics }: OffsetFetchRequest): unknown {
    return {
      errorCode: 0,
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({
          partition,
          errorCode: 0,
          offset: '-1',
          metadata: '',
          ...this.commits.get(partitionName({ topic, partition })),
        })),
      })),
    }
  }
}
