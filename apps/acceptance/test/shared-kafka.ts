import type { TestProject } from 'vitest/node'
import { type KafkaCluster, kafkaUnderTest } from '@partita/real-kafka'

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of each broker of the Kafka that all files share. */
    bootstrap: string[]
  }
}

let kafka: KafkaCluster | undefined

/** By default members of the new protocol are heard of every 5 s, and missed after 45: a test would wait for that. */
const properties = {
  'group.consumer.min.heartbeat.interval.ms': 100,
  'group.consumer.heartbeat.interval.ms': 100,
  'group.consumer.min.session.timeout.ms': 1_000,
  'group.consumer.session.timeout.ms': 3_000,
  'group.consumer.assignment.interval.ms': 0,
}

/** One single-node Kafka for all files that need no faults: started once, before the first. */
export async function setup(project: TestProject): Promise<void> {
  kafka = await kafkaUnderTest({ nodes: 1, properties })
  project.provide('bootstrap', kafka.bootstrap)
}

export async function teardown(): Promise<void> {
  await kafka?.stop()
}
