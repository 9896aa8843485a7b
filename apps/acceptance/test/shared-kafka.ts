import type { TestProject } from 'vitest/node'
import { type KafkaCluster, kafkaUnderTest } from '@partita/real-kafka'

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of each broker of the Kafka that all files share. */
    bootstrap: string[]
  }
}

let kafka: KafkaCluster | undefined

/** One single-node Kafka for all files that need no faults: started once, before the first. */
export async function setup(project: TestProject): Promise<void> {
  kafka = await kafkaUnderTest({ nodes: 1 })
  project.provide('bootstrap', kafka.bootstrap)
}

export async function teardown(): Promise<void> {
  await kafka?.stop()
}
