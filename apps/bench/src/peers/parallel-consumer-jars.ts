import { mavenJars } from '@partita/real-kafka'

export const parallelConsumerVersion = '0.5.3.3'

const artifacts = [
  { group: 'io.confluent.parallelconsumer', artifact: 'parallel-consumer-core', version: parallelConsumerVersion },
  // As it would do without a log writer, but quiet.
  { group: 'org.slf4j', artifact: 'slf4j-simple', version: '2.0.13' },
]

/** The folder with Parallel Consumer and the kafka-clients that it depends on; `undefined`, and said why, where they cannot be had. */
export async function parallelConsumerJars(): Promise<string | undefined> {
  try {
    const name = `parallel-consumer-${parallelConsumerVersion}`
    return await mavenJars(name, artifacts, 'or leave it out with --peers')
  } catch (error) {
    console.log(`\nParallel Consumer is left out: ${error instanceof Error ? error.message.trim() : String(error)}`)
    return undefined
  }
}
