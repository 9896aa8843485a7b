import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { javaCommand, lastLines, runProgram } from '@partita/real-kafka'
import type { BenchCluster } from './clusters.ts'
import type { Contenders, Entry } from './contenders.ts'
import { parallelConsumerVersion } from './peers/parallel-consumer-jars.ts'

const program = fileURLToPath(new URL('../programs/ParallelConsumerBench.java', import.meta.url))
const maxConcurrency = 100

/** Confluent's Parallel Consumer in key order, from the first record to the last: what the JVM does to get warm is in it. */
export function parallelConsumer(
  { parallelConsumer: jars }: Contenders,
  cluster: BenchCluster,
  task: { readonly topic: string; readonly records: number },
): Entry[] {
  if (jars === undefined) return []
  const label = `Parallel Consumer ${parallelConsumerVersion}, KEY, maxConcurrency ${maxConcurrency}`
  return [{ label, kind: 'java peer', run: () => consume(jars, cluster, task) }]
}

/** Java compiles a single file by itself, in the second before it is run. */
async function consume(
  jars: string,
  { brokers }: BenchCluster,
  { topic, records }: { readonly topic: string; readonly records: number },
): Promise<Readonly<Record<string, number>>> {
  const options = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')]
  const task = [brokers.join(','), topic, records, `bench-parallel-${Date.now()}`, maxConcurrency].map(String)
  const java = await javaCommand()
  const { exitCode, stdout, stderr } = await runProgram(java, [...options, program, ...task], { timeoutMs: 300_000 })
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${lastLines(stderr, 5)}`)
  return JSON.parse(lastLines(stdout, 1)) as Record<string, number>
}
