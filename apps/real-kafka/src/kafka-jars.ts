import { PartitaError } from '@partita/protocol'
import { orUseYourOwnKafka } from './java.ts'
import { mavenJars } from './maven-jars.ts'

/** The Kafka that is started where a test does not ask for another. */
export const defaultKafkaVersion = '4.3.1'

/**
 * The folder with the jars of one Kafka version, server and tools: about 55 MB, fetched the first time (see
 * {@link mavenJars}). Verified with 4.3.1 and 3.9.1.
 *
 * @throws PartitaError `INVALID_OPTION`, and what {@link mavenJars} throws
 */
export async function kafkaJars(version: string = defaultKafkaVersion): Promise<string> {
  const kafka = { group: 'org.apache.kafka', version: kafkaVersion(version), without: ['org.slf4j:slf4j-reload4j'] }
  const artifacts = [
    { ...kafka, artifact: 'kafka_2.13' },
    { ...kafka, artifact: 'kafka-tools' },
    // Kafka's artifacts leave the choice of a log writer to the one who installs them. The simple one of SLF4J needs no
    // configuration file; Kafka 3's own (`slf4j-reload4j`) does, and two at once are a warning on every start.
    { group: 'org.slf4j', artifact: 'slf4j-simple', version: '1.7.36' },
  ]
  return await mavenJars(`kafka-${version}`, artifacts, orUseYourOwnKafka)
}

/** The version becomes part of a path and of a POM. */
function kafkaVersion(version: string): string {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version
  throw new PartitaError('INVALID_OPTION', `version must be like "4.3.1"; got ${JSON.stringify(version)}.`, {
    api: 'version',
  })
}
