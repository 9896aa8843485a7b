import type { BenchCluster } from '../clusters.ts'
import { entry } from '../contenders.ts'
import { inTurn } from '../in-turn.ts'
import { printTable, rate } from '../table.ts'

/** `bufferMemory`, 32 MiB by default, and 120 MB for Node and all else. */
const limitMb = 33_554_432 / 1e6 + 120

/** The most memory that producing ten million records takes. Once: it is long, and the figure hardly moves. */
export async function memoryScenario(cluster: BenchCluster): Promise<void> {
  const records = 10_000_000
  const measured = await inTurn(1, [
    entry(cluster, 'produce', 'partita native', { records }, 'partita native, 1,000 in flight'),
    entry(
      cluster,
      'produce',
      'partita native',
      { records, inFlight: 4, perSend: 2_000 },
      'partita native, 2,000 sends at once, four times',
    ),
    entry(
      cluster,
      'produce',
      'partita native',
      { records, inFlight: 50_000, isCounted: true },
      'partita native, 50,000 in flight',
    ),
  ])
  printTable(
    `Producing 10,000,000 records to the ${cluster.name}: 100 bytes, acks all`,
    ['client', 'peak MB resident', 'bufferMemory + 120 MB', 'records', 'CPU µs/record'],
    measured.map(({ label, figure }) => [
      label,
      figure('peakResidentMb').toFixed(0),
      limitMb.toFixed(0),
      rate(figure('recordsPerSecond')),
      figure('cpuMicrosPerRecord').toFixed(2),
    ]),
  )
}
