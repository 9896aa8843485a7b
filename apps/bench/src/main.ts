import { availableParallelism, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type BenchCluster, embeddedCluster, realCluster } from './clusters.ts'
import { type Contenders, gatherContenders } from './contenders.ts'
import { consumeScenario } from './scenarios/consuming.ts'
import { brokerScenario, partitionScenario } from './scenarios/in-process.ts'
import { javaOnBothScenario } from './scenarios/java-on-both.ts'
import { latencyScenario } from './scenarios/latency.ts'
import { makespanScenario } from './scenarios/makespan.ts'
import { memoryScenario } from './scenarios/memory.ts'
import { awaitedScenario, floodScenario, largeScenario } from './scenarios/producing.ts'

const everything = 'partition,broker,java,produce,flood,large,latency,memory,consume,makespan'

const everyPeer = 'node,platformatic,rdkafka,confluent,java,parallel-consumer'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: everything },
    cluster: { type: 'string', default: 'kafka,embedded' },
    peers: { type: 'string', default: everyPeer },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  console.log(`Usage: npm run bench -- [options]

  --cluster kafka,embedded   which clusters (default both; peers run on kafka only)
  --brokers host:port,…      a real Kafka that is there already; default: one is started
  --peers ${everyPeer}
                             what is installed beside Partita and kafkajs (default all); none: nothing
  --only ${everything}
  --rounds N                 medians of N (default 5)`)
} else await run()

async function run(): Promise<void> {
  const rounds = Number(values.rounds)
  const only = new Set(values.only.split(','))
  const names = values.cluster.split(',')
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores, ${memory}; medians of ${rounds}; client and cluster share the machine.`,
  )
  if (only.has('partition')) await partitionScenario()
  if (only.has('broker')) await brokerScenario()
  if (only.has('java') && names.length === 2 && values.peers.includes('java')) {
    await using embedded = await embeddedCluster()
    await using kafka = await realCluster(values.brokers?.split(','))
    await javaOnBothScenario([embedded, kafka], await gatherContenders(new Set(['java'])), rounds)
  }
  for (const name of names) {
    const peers = name === 'kafka' ? values.peers.split(',') : []
    const contenders = await gatherContenders(new Set(peers))
    await using cluster = name === 'kafka' ? await realCluster(values.brokers?.split(',')) : await embeddedCluster()
    await runOn(cluster, name === 'kafka', contenders, rounds, only)
  }
}

/** On the embedded broker, which is there for tests, only what shows the client. */
async function runOn(
  cluster: BenchCluster,
  isReal: boolean,
  contenders: Contenders,
  rounds: number,
  only: ReadonlySet<string>,
): Promise<void> {
  if (only.has('produce')) await awaitedScenario(cluster, contenders, rounds)
  if (isReal && only.has('flood')) await floodScenario(cluster, contenders, rounds)
  if (isReal && only.has('large')) await largeScenario(cluster, contenders, rounds)
  if (only.has('latency')) await latencyScenario(cluster, contenders, rounds)
  if (isReal && only.has('memory')) await memoryScenario(cluster)
  if (only.has('consume')) await consumeScenario(cluster, contenders, rounds)
  if (only.has('makespan')) await makespanScenario(cluster, rounds)
}
