import { crowd } from '../crowd.ts'
import { median } from '../meter.ts'
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

/** How often a process is started to see how long that takes. */
const starts = 9

/** What the embedded broker costs whoever has it in the process. */
export async function brokerScenario(): Promise<void> {
  const { bareMs, firstRecordMs } = await startTimes()
  const bare = await runWork('bare')
  const { readyMs, idleCpuPercent, residentMb, topicMb } = await runWork('broker')
  const crowded = await runWork('crowd')
  const { groups, partitionsEach, settleMs, measuredMs } = crowd
  const floor = await runWork('bare-server', { requestsPerSecond: crowded['requestsPerSecond'] })
  printTable(
    'The embedded broker',
    ['what', 'figure'],
    [
      ['ready in a process that has loaded it', `${readyMs!.toFixed(1)} ms`],
      ['first acknowledged record, from the start of the process', `${firstRecordMs.toFixed(0)} ms`],
      ['of it, the start of a bare Node', `${bareMs.toFixed(0)} ms`],
      ['CPU while nobody calls, over 3 s', `${idleCpuPercent!.toFixed(2)} %`],
      ['resident memory beyond that of a bare Node', `${(residentMb! - bare['residentMb']!).toFixed(1)} MB`],
      ['a topic of 1,000 partitions', `${topicMb!.toFixed(2)} MB`],
      [
        `CPU while ${groups * partitionsEach} partitions, ${crowded['stable']} groups and ${crowded['connections']} connections wait, after ${settleMs / 1_000} s, over ${measuredMs / 1_000} s`,
        cpuOf(crowded),
      ],
      ['CPU of a bare TCP server in Node that is asked as often, and answers after half a second', cpuOf(floor)],
    ],
  )
}

/** Medians, in turn. */
async function startTimes(): Promise<{ readonly bareMs: number; readonly firstRecordMs: number }> {
  // Node reads the certificates that this names whenever it starts: 40 ms for a system's own, which nobody here needs.
  const certificates = process.env['NODE_EXTRA_CA_CERTS']
  delete process.env['NODE_EXTRA_CA_CERTS']
  const bare: number[] = []
  const firstRecord: number[] = []
  try {
    for (let start = 0; start < starts; start++) {
      bare.push((await runWork('bare'))['startMs']!)
      firstRecord.push((await runWork('first-record'))['firstRecordMs']!)
    }
  } finally {
    if (certificates !== undefined) process.env['NODE_EXTRA_CA_CERTS'] = certificates
  }
  return { bareMs: median(bare), firstRecordMs: median(firstRecord) }
}

/** In percent, and what that is made of. */
function cpuOf({ cpuPercent, requestsPerSecond }: Readonly<Record<string, number>>): string {
  const micros = (cpuPercent! * 1e4) / requestsPerSecond!
  return `${cpuPercent!.toFixed(2)} %: ${requestsPerSecond!.toFixed(0)} requests/s, ${micros.toFixed(0)} µs each`
}
