import type { BenchCluster } from '../clusters.ts'
import { type Contenders, entry, peerEntry } from '../contenders.ts'
import { inTurn } from '../in-turn.ts'
import { printTable } from '../table.ts'

/** A lone send, awaited before the next, acks all. */
export async function latencyScenario(cluster: BenchCluster, contenders: Contenders, rounds: number): Promise<void> {
  const task = { records: 2_000 }
  const measured = await inTurn(rounds, [
    entry(cluster, 'latency', 'kafkajs', task, 'kafkajs 2.2.4'),
    ...peerEntry(contenders, cluster, 'latency', 'platformatic', task),
    ...peerEntry(contenders, cluster, 'latency', 'confluent', task),
    ...peerEntry(contenders, cluster, 'latency', 'rdkafka', task),
    entry(cluster, 'latency', 'partita kafkajs', task),
    entry(cluster, 'latency', 'partita native', task),
  ])
  printTable(
    `A lone send to the ${cluster.name}, awaited: 100 bytes, acks all, 2,000 in a row, milliseconds`,
    ['client', 'p50', 'p99'],
    measured.map(({ label, figure }) => [label, ...['p50', 'p99'].map((name) => (figure(name) / 1e3).toFixed(2))]),
  )
}
