import type { BenchCluster } from '../clusters.ts'
import { type Contenders, entry, onNewerNode, peerEntry, yardstick } from '../contenders.ts'
import { fastestNodePeer, printBeside } from '../beside.ts'
import { inTurn } from '../in-turn.ts'
import { javaProducer } from '../java-tools.ts'

/** One `send` a record, awaited, 1,000 in flight, 100-byte values, acks all. */
export async function awaitedScenario(cluster: BenchCluster, contenders: Contenders, rounds: number): Promise<void> {
  const measured = await inTurn(rounds, [
    entry(cluster, 'produce', 'kafkajs', { records: 20_000 }, 'kafkajs 2.2.4'),
    ...peerEntry(contenders, cluster, 'produce', 'platformatic', { records: 20_000 }),
    ...peerEntry(contenders, cluster, 'produce', 'confluent', { records: 200_000 }),
    ...peerEntry(contenders, cluster, 'produce', 'rdkafka', { records: 200_000 }),
    entry(cluster, 'produce', 'partita kafkajs, not idempotent', { records: 300_000 }),
    entry(cluster, 'produce', 'partita kafkajs', { records: 300_000 }),
    entry(cluster, 'produce', 'partita native, not idempotent', { records: 2_000_000 }),
    entry(cluster, 'produce', 'partita native', { records: 2_000_000 }),
    ...onNewerNode(contenders, cluster, 'produce', 'partita native', { records: 2_000_000 }),
    yardstick(cluster, 'produce', { records: 2_000_000 }),
  ])
  const what = 'one awaited send a record, 1,000 in flight, 100 bytes, acks all'
  printBeside(`Producing to the ${cluster.name}: ${what}`, measured, ['kafkajs', fastestNodePeer, 'yardstick'])
}

/**
 * As many as each takes at once: arrays of 2,000, of which Partita makes 2,000 sends, and 50,000 single sends in flight.
 */
export async function floodScenario(cluster: BenchCluster, contenders: Contenders, rounds: number): Promise<void> {
  const arrays = { inFlight: 4, perSend: 2_000 }
  const flood = { inFlight: 50_000, isCounted: true }
  const [inArrays, inSends, inFlood] = [', arrays of 2,000', ', 2,000 sends at once', ', 50,000 in flight']
  const native = 'partita native'
  const records = 3_000_000
  const measured = await inTurn(rounds, [
    entry(cluster, 'produce', 'kafkajs', { records: 300_000, ...arrays }, `kafkajs 2.2.4${inArrays}`),
    ...peerEntry(contenders, cluster, 'produce', 'platformatic', { records: 1_000_000, ...arrays }, inArrays),
    ...peerEntry(contenders, cluster, 'produce', 'confluent', { records: 300_000, ...arrays }, inArrays),
    ...peerEntry(contenders, cluster, 'produce', 'rdkafka', { records: 400_000, ...flood }, inFlood),
    ...javaProducer(contenders, cluster, { records: 2_000_000 }),
    entry(cluster, 'produce', 'partita kafkajs', { records: 300_000, ...flood }, `partita kafkajs${inFlood}`),
    entry(cluster, 'produce', native, { records, ...arrays }, `${native}${inSends}`),
    ...onNewerNode(contenders, cluster, 'produce', native, { records, ...arrays }, `${native}${inSends}`),
    entry(cluster, 'produce', native, { records, ...flood }, `${native}${inFlood}`),
    ...onNewerNode(contenders, cluster, 'produce', native, { records, ...flood }, `${native}${inFlood}`),
    yardstick(cluster, 'produce', { records, ...flood }, inFlood),
  ])
  printBeside(`Producing to the ${cluster.name}, each as it is quickest: 100 bytes, acks all`, measured, [
    'kafkajs',
    fastestNodePeer,
    'Java',
    'yardstick',
  ])
}

/** Values of 1 KiB: arrays of 1,000 where a client has them, 10,000 single sends in flight where it has not. */
export async function largeScenario(cluster: BenchCluster, contenders: Contenders, rounds: number): Promise<void> {
  const valueBytes = 1_024
  const arrays = { inFlight: 4, perSend: 1_000, valueBytes }
  const sends = { inFlight: 10_000, isCounted: true, valueBytes }
  const [inArrays, inSends, few] = [', arrays of 1,000', ', 10,000 in flight', ', 1,000 awaited']
  const native = 'partita native'
  const records = 600_000
  const measured = await inTurn(rounds, [
    entry(cluster, 'produce', 'kafkajs', { records: 100_000, ...arrays }, `kafkajs 2.2.4${inArrays}`),
    ...peerEntry(contenders, cluster, 'produce', 'platformatic', { records, ...arrays }, inArrays),
    ...peerEntry(contenders, cluster, 'produce', 'confluent', { records: 150_000, ...arrays }, inArrays),
    ...peerEntry(contenders, cluster, 'produce', 'rdkafka', { records: 200_000, ...sends }, inSends),
    ...javaProducer(contenders, cluster, { records: 400_000, valueBytes }),
    entry(cluster, 'produce', native, { records, valueBytes }, `${native}${few}`),
    ...onNewerNode(contenders, cluster, 'produce', native, { records, valueBytes }, `${native}${few}`),
    entry(cluster, 'produce', native, { records, ...sends }, `${native}${inSends}`),
    ...onNewerNode(contenders, cluster, 'produce', native, { records, ...sends }, `${native}${inSends}`),
  ])
  const title = `Producing to the ${cluster.name}: values of 1 KiB, acks all`
  printBeside(title, measured, ['kafkajs', fastestNodePeer, 'Java'])
}
