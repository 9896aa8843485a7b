import { runWork } from '../run-work.ts'
import { printTable } from '../table.ts'

/** What needs no cluster: choosing a partition. */
export async function partitionScenario(): Promise<void> {
  const { stringNanos, bytesNanos, kafkajsNanos } = await runWork('partition')
  printTable(
    'Partitioning a UUID key as Java does, 12 partitions',
    ['what', 'ns a key'],
    [
      ['@partita/partitioners, key as string', stringNanos!.toFixed(0)],
      ['@partita/partitioners, key as bytes', bytesNanos!.toFixed(0)],
      ['kafkajs DefaultPartitioner', kafkajsNanos!.toFixed(0)],
    ],
  )
}

/** What the embedded broker costs whoever does not use it. */
export async function brokerScenario(): Promise<void> {
  const { readyMs, idleCpuPercent } = await runWork('broker')
  printTable(
    'The embedded broker',
    ['what', 'figure'],
    [
      ['ready in a process that has loaded it', `${readyMs!.toFixed(1)} ms`],
      ['CPU while nobody calls, over 3 s', `${idleCpuPercent!.toFixed(2)} %`],
    ],
  )
}
