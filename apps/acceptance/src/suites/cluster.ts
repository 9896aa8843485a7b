import type { Transport } from '@partita/protocol'

/** What the end-to-end suites need of a cluster; the same text runs over the embedded broker and over a real Kafka. */
export interface ClusterUnderTest {
  readonly brokers: readonly string[]
  newTransport(): Transport
  /** Creates a topic that no other test uses. */
  newTopic(partitions: number, configs?: Readonly<Record<string, string>>): Promise<string>
  newGroupId(): string
  /** See `TransportHarness`. */
  readonly shortSessionMs: number
}

let clusters = 0

/** A cluster at these addresses, with topics and groups named after this process. */
export function clusterAt(
  brokers: readonly string[],
  newTransport: () => Transport,
  shortSessionMs = 1_000,
): ClusterUnderTest {
  const run = `acceptance-${process.pid}-${Date.now().toString(36)}-${++clusters}`
  let count = 0
  return {
    brokers,
    newTransport,
    shortSessionMs,
    newGroupId: () => `${run}-group-${++count}`,
    async newTopic(partitions, configs) {
      const topic = `${run}-topic-${++count}`
      const admin = newTransport().openAdmin()
      try {
        await admin.createTopics([{ topic, numPartitions: partitions, ...(configs && { configs }) }])
      } finally {
        await admin.close()
      }
      return topic
    },
  }
}
