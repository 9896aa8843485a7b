import { PartitaError, topicName, type AdminTransport, type OffsetCommit } from '@partita/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { Groups } from './groups.ts'
import { listOffsets } from './list-offsets.ts'
import { persist } from './persist.ts'
import { Topics } from './topics.ts'

/**
 * Administration of a cluster.
 * @param cluster is the session's own: closed with it
 * @param requestTimeoutMs bounds each call, its retries included
 */
export function createAdminSession(cluster: Cluster, requestTimeoutMs: number): AdminTransport {
  const closing = new AbortController()
  const context = { cluster, requestTimeoutMs, closing: closing.signal }
  const topics = new Topics(context)
  const groups = new Groups(context)

  return {
    async createTopics(specs) {
      for (const { topic } of specs) topicName(topic)
      if (specs.length > 0) await topics.create(specs)
    },
    async deleteTopics(names) {
      if (names.length > 0) await topics.delete(names)
    },
    async createPartitions(topic, total) {
      await topics.grow(topicName(topic), total)
    },
    listTopics: () => topics.list(),
    describeTopics: (names) => Promise.all(names.map((topic) => topics.describe(topic))),
    listOffsets(topic, at) {
      const limits = { clock: cluster.clock, timeoutMs: requestTimeoutMs, closing: closing.signal, isRead: true }
      return persist(limits, ({ timeoutMs }) => listOffsets(cluster, topic, at, timeoutMs))
    },
    listGroups: () => groups.list(),
    describeGroups: (groupIds) => Promise.all(groupIds.map((groupId) => groups.describe(groupId))),
    deleteGroups: (groupIds) => groups.delete(groupIds),
    async fetchOffsets(groupId, wanted) {
      const offsets = await groups.fetchOffsets(groupId)
      return wanted === undefined ? offsets : offsets.filter(({ topic }) => wanted.includes(topic))
    },
    async alterOffsets(groupId, offsets) {
      for (const offset of offsets) checkOffset(groupId, offset)
      if (offsets.length > 0) await groups.alterOffsets(groupId, offsets)
    },
    close() {
      closing.abort(new PartitaError('CLOSED', 'The session is closed.'))
      return cluster.close()
    },
  }
}

function checkOffset(groupId: string, { topic, partition, offset }: OffsetCommit): void {
  if (Number.isSafeInteger(offset) && offset >= 0) return
  const text = `An offset is a whole number, 0 or more; got ${offset}.`
  throw new PartitaError('INVALID_OPTION', text, { api: 'alterOffsets', topic, partition, groupId })
}
