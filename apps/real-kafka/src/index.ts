/**
 * A real Apache Kafka for tests: started from the jars of Maven Central, killed and started again node by node, and
 * gone with the process that started it. Node on Linux and macOS.
 *
 * @packageDocumentation
 */

// For suites.
export { kafkaUnderTest, reasonToSkipFaults } from './cluster-under-test.ts'
export type { KafkaCluster, StartKafkaOptions } from './kafka-cluster.ts'
export { startKafka } from './kafka-cluster.ts'
export type { KafkaNode } from './kafka-node.ts'
export type { ServerProcess } from './server-process.ts'
export type { ExtraListener, KafkaProperties } from './server-properties.ts'
export type { JavaToolOptions, JavaToolResult } from './java-tools.ts'
export { runJavaTool } from './java-tools.ts'

// For what starts programs of its own.
export type { ProgramOptions, ProgramResult } from './run-program.ts'
export { lastLines, runProgram } from './run-program.ts'
export { defaultKafkaVersion } from './kafka-version.ts'
export { kafkaJars } from './kafka-jars.ts'
export type { MavenArtifact } from './maven-jars.ts'
export { mavenJars } from './maven-jars.ts'
export { javaCommand } from './java.ts'
