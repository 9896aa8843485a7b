import type { BenchCluster } from '../clusters.ts'
import { entry } from '../contenders.ts'
import { inTurn } from '../in-turn.ts'
import { printTable, times } from '../table.ts'

/** 10,000 records of 1,000 keys, 5 ms of work each, 100 at a time. */
export async function makespanScenario(cluster: BenchCluster, rounds: number): Promise<void> {
  const task = { records: 10_000 }
  const measured = await inTurn(rounds, [
    entry(cluster, 'makespan', 'partita kafkajs', task),
    entry(cluster, 'makespan', 'partita native', task),
  ])
  printTable(
    `Keyed work from the ${cluster.name}: 10,000 records of 1,000 keys, 5 ms each, maxConcurrency 100`,
    ['client', 'makespan', 'beside the ideal 500 ms', 'beside the ideal with this timer'],
    measured.map(({ label, figure }) => [
      label,
      `${figure('makespanMs').toFixed(0)} ms`,
      times(figure('makespanMs') / figure('idealMs')),
      times(figure('makespanMs') / figure('idealWithThisTimerMs')),
    ]),
  )
}
