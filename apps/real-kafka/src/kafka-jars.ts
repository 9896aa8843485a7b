import { orUseYourOwnKafka } from './java.ts'
import { defaultKafkaVersion, kafkaVersion } from './kafka-version.ts'
import { mavenJars } from './maven-jars.ts'

/**
 * Kafka's artifacts leave the choice of a log writer to the one who installs them. The simple one of SLF4J needs no
 * configuration file; Kafka's own do (`slf4j-reload4j` of 3, `slf4j-log4j12` of 2), and two at once are a warning on every
 * start.
 */
const without = ['org.slf4j:slf4j-reload4j', 'org.slf4j:slf4j-log4j12']

/**
 * The folder with the jars of one Kafka version, server and tools: about 55 MB, fetched the first time (see
 * {@link mavenJars}). Verified with 4.3.1, 3.9.1 and 2.4.1.
 *
 * @throws PartitaError `INVALID_OPTION`, and what {@link mavenJars} throws
 */
export async function kafkaJars(version: string = defaultKafkaVersion): Promise<string> {
  const kafka = { group: 'org.apache.kafka', version: kafkaVersion(version), without }
  const artifacts = [
    { ...kafka, artifact: 'kafka_2.13' },
    { ...kafka, artifact: 'kafka-tools' },
    { group: 'org.slf4j', artifact: 'slf4j-simple', version: '1.7.36' },
  ]
  return await mavenJars(`kafka-${version}`, artifacts, orUseYourOwnKafka)
}
