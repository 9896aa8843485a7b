import { type BenchCluster, topicFor } from '../clusters.ts'
import { type Contenders, entry, onNewerNode, peerEntry, yardstick } from '../contenders.ts'
import { fastestNodePeer, printBeside } from '../beside.ts'
import { inTurn } from '../in-turn.ts'
import { javaConsumer } from '../java-tools.ts'
import { parallelConsumer } from '../parallel-consumer.ts'
import { runWork } from '../run-work.ts'

/**
 * Keyed records, one member, an empty handler. Partita keeps each key's order, with an asynchronous handler. Three million records,
 * since a million take the quickest half a second, most of it V8's compiling; the slow read a million of them.
 */
export async function consumeScenario(cluster: BenchCluster, contenders: Contenders, rounds: number): Promise<void> {
  await using topic = await topicFor(cluster)
  const task = { topic: topic.name, records: 3_000_000 }
  const some = { topic: topic.name, records: 1_000_000 }
  await runWork('load', { brokers: cluster.brokers, ...task })
  const measured = await inTurn(rounds, [
    entry(cluster, 'consume', 'kafkajs', task, 'kafkajs 2.2.4 eachBatch'),
    entry(cluster, 'consume', 'kafkajs eachMessage', some, 'kafkajs 2.2.4 eachMessage'),
    ...peerEntry(contenders, cluster, 'consume', 'platformatic', task, ' stream'),
    ...peerEntry(contenders, cluster, 'consume', 'confluent', some, ' eachBatch'),
    ...peerEntry(contenders, cluster, 'consume', 'rdkafka', some, ' consume(2000)'),
    ...javaConsumer(contenders, cluster, task),
    ...parallelConsumer(contenders, cluster, some),
    entry(cluster, 'consume', 'partita kafkajs', task),
    entry(cluster, 'consume', 'partita native', task),
    entry(cluster, 'consume', 'partita native, synchronous handler', task),
    ...onNewerNode(contenders, cluster, 'consume', 'partita native', task),
    yardstick(cluster, 'consume', task),
  ])
  const what = '3,000,000 records (of the slow 1,000,000), 10,007 keys, an empty handler'
  printBeside(`Consuming from the ${cluster.name}: ${what}`, measured, [
    'kafkajs 2.2.4 eachBatch',
    fastestNodePeer,
    'Java',
    'Parallel Consumer',
    'yardstick',
  ])
}
