import { availableParallelism, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { embeddedCluster, realCluster, type BenchCluster } from './clusters.ts'
import { brokerScenario, consumeScenario, makespanScenario, partitionScenario, produceScenario } from './scenarios.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'produce,consume,makespan,partition,broker' },
    cluster: { type: 'string', default: 'kafka,embedded' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  console.log(`Usage: npm run bench -- [options]

  --cluster kafka,embedded   which clusters (default both)
  --brokers host:port,…      a real Kafka that is there already; default: one is started
  --only produce,consume,makespan,partition,broker
  --rounds N                 medians of N (default 3)`)
} else await run()

async function run(): Promise<void> {
  const rounds = Number(values.rounds)
  const only = new Set(values.only.split(','))
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores, ${memory}; medians of ${rounds}; client and cluster share the machine.`,
  )
  if (only.has('partition')) await partitionScenario()
  if (only.has('broker')) await brokerScenario()
  for (const name of values.cluster.split(',')) {
    await using cluster = name === 'kafka' ? await realCluster(values.brokers?.split(',')) : await embeddedCluster()
    await runOn(cluster, rounds, only)
  }
}

async function runOn(cluster: BenchCluster, rounds: number, only: ReadonlySet<string>): Promise<void> {
  if (only.has('produce')) await produceScenario(cluster, rounds)
  if (only.has('consume')) await consumeScenario(cluster, rounds)
  if (only.has('makespan')) await makespanScenario(cluster, rounds)
}
