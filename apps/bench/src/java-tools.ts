import { runJavaTool } from '@partita/real-kafka'
import { type BenchCluster, topicFor } from './clusters.ts'
import type { Contenders, Entry } from './contenders.ts'

/** Java's own producer, as fast as it goes. A tenth goes before, unmeasured. Its records have no key. */
export function javaProducer(
  { java }: Contenders,
  cluster: BenchCluster,
  task: { readonly records: number; readonly valueBytes?: number },
): Entry[] {
  return java ? [{ label: 'Java ProducerPerformance 4.3.1', kind: 'java peer', run: () => produce(cluster, task) }] : []
}

/** Java's own consumer. By time spent in fetching alone, as the tool says it. */
export function javaConsumer(
  { java }: Contenders,
  cluster: BenchCluster,
  task: { readonly topic: string; readonly records: number },
): Entry[] {
  return java ? [{ label: 'Java ConsumerPerformance 4.3.1', kind: 'java peer', run: () => consume(cluster, task) }] : []
}

async function produce(
  cluster: BenchCluster,
  { records, valueBytes = 100 }: { readonly records: number; readonly valueBytes?: number },
): Promise<Readonly<Record<string, number>>> {
  await using topic = await topicFor(cluster)
  const warmUp = Math.round(records / 10)
  const said = await run('ProducerPerformance', {
    'bootstrap-server': cluster.brokers.join(','),
    topic: topic.name,
    'num-records': records + warmUp,
    'warmup-records': warmUp,
    'record-size': valueBytes,
    throughput: -1,
    'command-property': 'acks=all',
  })
  // The last line is that of the records after the warm-up.
  const rates = [...said.matchAll(/records sent.*?([\d.]+) records\/sec/g)]
  return { recordsPerSecond: Number(rates.at(-1)?.[1]) }
}

async function consume(
  cluster: BenchCluster,
  { topic, records }: { readonly topic: string; readonly records: number },
): Promise<Readonly<Record<string, number>>> {
  const said = await run('ConsumerPerformance', {
    'bootstrap-server': cluster.brokers.join(','),
    topic: topic,
    'num-records': records,
    group: `bench-java-${Date.now()}`,
  })
  // …, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
  return { recordsPerSecond: Number(said.trim().split('\n').at(-1)!.split(',').at(-1)) }
}

async function run(tool: string, options: Readonly<Record<string, string | number>>): Promise<string> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { exitCode, stdout, stderr } = await runJavaTool(`org.apache.kafka.tools.${tool}`, args, { timeoutMs: 180_000 })
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr.trim().slice(-500)}`)
  return stdout
}
