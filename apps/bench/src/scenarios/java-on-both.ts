import { type BenchCluster, topicFor } from '../clusters.ts'
import type { Contenders } from '../contenders.ts'
import { inTurn } from '../in-turn.ts'
import { javaConsumer, javaProducer } from '../java-tools.ts'
import { runWork } from '../run-work.ts'
import { printTable, rate, times } from '../table.ts'

/** Java's own clients against the embedded broker and a real Kafka, in turn: so much of a broker the embedded one is. */
export async function javaOnBothScenario(
  clusters: readonly [BenchCluster, BenchCluster],
  contenders: Contenders,
  rounds: number,
): Promise<void> {
  const produced = { records: 2_000_000 }
  const consumed = { records: 1_000_000 }
  const [embedded, kafka] = clusters
  await using here = await topicFor(embedded)
  await using there = await topicFor(kafka)
  await runWork('load', { brokers: embedded.brokers, topic: here.name, ...consumed })
  await runWork('load', { brokers: kafka.brokers, topic: there.name, ...consumed })
  const producing = clusters.flatMap((cluster) => javaProducer(contenders, cluster, produced))
  const consuming = [
    ...javaConsumer(contenders, embedded, { topic: here.name, ...consumed }),
    ...javaConsumer(contenders, kafka, { topic: there.name, ...consumed }),
  ]
  const works = [
    ['Java ProducerPerformance 4.3.1, 100 bytes', producing],
    ['Java ConsumerPerformance 4.3.1', consuming],
  ] as const
  const rows = []
  for (const [what, entries] of works) {
    const [first, second] = await inTurn(rounds, entries)
    // Who failed on one of them is left out, and has nothing to be compared with.
    if (first === undefined || second === undefined) continue
    const [ours, theirs] = [first.figure('recordsPerSecond'), second.figure('recordsPerSecond')]
    rows.push([what, rate(ours), rate(theirs), times(ours / theirs)])
  }
  printTable("Java's clients on both brokers", ['work', ...clusters.map(({ name }) => name), 'beside'], rows)
}
