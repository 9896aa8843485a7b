import { PartitaError } from '@partita/protocol'
import { javaArguments, javaCommand } from './java.ts'
import { kafkaJars } from './kafka-jars.ts'
import { type ProgramResult, runProgram } from './run-program.ts'

export interface JavaToolOptions {
  /** The Kafka whose tool it is. Default `'4.3.1'`. */
  readonly version?: string | undefined
  /** The tool is killed after so many ms, and the call rejects. Default 60,000. */
  readonly timeoutMs?: number | undefined
  /** What the tool reads from its standard input, such as the lines of ConsoleProducer. Default: nothing. */
  readonly input?: string | undefined
}

/** What a tool printed, and its exit code; a failing tool is a result, not an error. */
export type JavaToolResult = ProgramResult

// Most tools are gone after a second of processor time: with these it is a fifth less (measured: 1.13 s instead of 1.45).
const quickStart = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/**
 * Runs one of Kafka's own command-line tools: clients that nobody here wrote. Its log, from WARN, is on `stderr`.
 *
 * @param mainClass of 4.3.1: `org.apache.kafka.tools.` and `TopicCommand`, `ConsoleProducer`, `GetOffsetShell`,
 * `ProducerPerformance`, `ConsumerPerformance`, `VerifiableProducer`, `VerifiableConsumer`, `BrokerApiVersionsCommand`,
 * `TransactionsCommand`, `DumpLogSegments`, `consumer.ConsoleConsumer` or `consumer.group.ConsumerGroupCommand`. In 3.9.1
 * three are elsewhere: `kafka.tools.ConsoleProducer`, `kafka.tools.DumpLogSegments`,
 * `kafka.admin.BrokerApiVersionsCommand`.
 * @throws PartitaError `REQUEST_TIMEOUT` after `timeoutMs`; `INVALID_OPTION`; what {@link kafkaJars} throws
 */
export async function runJavaTool(
  mainClass: string,
  args: readonly string[],
  options: JavaToolOptions = {},
): Promise<JavaToolResult> {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(mainClass)) {
    throw new PartitaError(
      'INVALID_OPTION',
      `mainClass must be a class with its package, like org.apache.kafka.tools.TopicCommand; got ${JSON.stringify(mainClass)}.`,
      { api: 'mainClass' },
    )
  }
  const { version, timeoutMs = 60_000, input } = options
  const jars = await kafkaJars(version)
  const tool = javaArguments(jars, mainClass, { logLevel: 'warn', jvm: quickStart })
  return await runProgram(await javaCommand(), [...tool, ...args], { timeoutMs, input })
}
