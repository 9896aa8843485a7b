import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { choiceOption, isPartitaError, PartitaError } from '@partita/protocol'
import { brokersSeenBy } from './brokers-seen-by.ts'
import { formatNode, newClusterId } from './format-node.ts'
import { freePorts } from './free-ports.ts'
import { startGuardian } from './guardian.ts'
import { javaArguments, javaCommand } from './java.ts'
import { kafkaJars } from './kafka-jars.ts'
import { createKafkaNode, type KafkaNode } from './kafka-node.ts'
import { defaultKafkaVersion, kafkaVersion, needsZooKeeper } from './kafka-version.ts'
import {
  controllerAddress,
  type ExtraListener,
  type KafkaProperties,
  nodeAddress,
  type NodePlace,
} from './server-properties.ts'
import type { ServerProcess } from './server-process.ts'
import { createZooKeeper } from './zookeeper.ts'

export interface StartKafkaOptions {
  /** 1: the quickest. 3: replication factor 3, `min.insync.replicas` 2, so one node may be lost; from Kafka 3.3 on. */
  readonly nodes: 1 | 3
  /** Default `'4.3.1'`. One before 3.3 has a ZooKeeper beside it. Verified with 4.3.1, 3.9.1 and 2.4.1. */
  readonly version?: string | undefined
  /** Settings of every server, by Kafka's names, over those of the harness. */
  readonly properties?: KafkaProperties | undefined
  /**
   * Listeners beside the plain one, on ports of their own: see `KafkaCluster.bootstrapOf`. What they need, such as
   * `sasl.enabled.mechanisms` or `ssl.keystore.certificate.chain`, is said by `properties`. Default: none.
   */
  readonly extraListeners?: readonly ExtraListener[] | undefined
}

/** A real Apache Kafka on 127.0.0.1, of this process alone: it and its data end with it, however it ends. */
export interface KafkaCluster extends AsyncDisposable {
  /** `host:port` of every node. */
  readonly bootstrap: string[]
  /**
   * `host:port` of one of the extra listeners, of every node.
   *
   * @throws PartitaError `INVALID_OPTION` where the cluster was started without it
   */
  bootstrapOf(listener: ExtraListener): string[]
  /** By id, node 1 first; empty where the cluster was not started here. */
  readonly nodes: readonly KafkaNode[]
  /** Kills the nodes and removes their data. */
  stop(): Promise<void>
}

const readyWithinMs = 120_000
const pollEveryMs = 100

/**
 * Starts a cluster and waits until every node knows every other.
 *
 * @throws PartitaError `INVALID_OPTION`; `MISSING_PACKAGE` or `CONNECTION_FAILED` where the jars cannot be had (see
 * {@link kafkaJars}); `CONNECTION_FAILED`, with what its log says, where a node is not ready within 120 s
 */
export async function startKafka(options: StartKafkaOptions): Promise<KafkaCluster> {
  const { nodes, version = defaultKafkaVersion } = options
  choiceOption('nodes', nodes, [1, 3])
  if (needsZooKeeper(kafkaVersion(version)) && nodes > 1) throw oneNodeOnly(version)
  try {
    return await startOnFreePorts(options)
  } catch (error) {
    if (!portsWereTaken(error)) throw error
    return await startOnFreePorts(options)
  }
}

async function startOnFreePorts(options: StartKafkaOptions): Promise<KafkaCluster> {
  const { nodes: count, version = defaultKafkaVersion, properties = {}, extraListeners = [] } = options
  const quorum = needsZooKeeper(version) ? 'zookeeper' : 'kraft'
  const jars = await kafkaJars(version)
  const java = await javaCommand()
  const root = await mkdtemp(join(tmpdir(), 'partita-kafka-'))
  const guardian = startGuardian(root)
  const nodes: KafkaNode[] = []
  const zooKeepers: ServerProcess[] = []
  const onPidChanged = (): void => guardian.watch([...zooKeepers, ...nodes].flatMap(({ pid }) => pid ?? []))
  const stop = async (): Promise<void> => {
    // Not stopped in order: the data is thrown away, and an orderly stop waits for a quorum that is stopping as well.
    await Promise.all([...nodes, ...zooKeepers].map((server) => server.kill()))
    await guardian.dismiss()
  }
  try {
    const places = await choosePlaces(count, extraListeners)
    const clusterId = newClusterId()
    const formatted = await Promise.all(
      places.map((place) => formatNode({ place, places, quorum, clusterId, root, jars, java, properties })),
    )
    for (const [index, { propertiesFile, logFile }] of formatted.entries()) {
      const { id } = places[index]!
      const server = javaArguments(jars, 'kafka.Kafka', { logLevel: 'info', jvm: jvmOptions(count) })
      const args = [...server, propertiesFile]
      const address = nodeAddress(places[index]!)
      nodes.push(createKafkaNode({ id, address, command: java, args, logFile, onPidChanged }))
    }
    if (quorum === 'zookeeper') {
      const zooKeeper = await createZooKeeper({
        address: controllerAddress(places[0]!),
        root,
        jars,
        java,
        onPidChanged,
      })
      zooKeepers.push(zooKeeper)
      await zooKeeper.start()
      await zooKeeper.ready()
    }
    await Promise.all(nodes.map((node) => node.start()))
    await allReady(nodes)
    const bootstrap = nodes.map(({ address }) => address)
    const bootstrapOf = (listener: ExtraListener): string[] => {
      choiceOption('listener', listener, extraListeners)
      return places.map((place) => nodeAddress(place, listener))
    }
    return { bootstrap, bootstrapOf, nodes, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function choosePlaces(count: number, extraListeners: readonly ExtraListener[]): Promise<NodePlace[]> {
  const ports = await freePorts(count * (2 + extraListeners.length))
  const next = (): number => ports.pop()!
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: next(),
    controllerPort: next(),
    extraPorts: Object.fromEntries(extraListeners.map((name) => [name, next()])),
  }))
}

/**
 * Three servers that start, or one that comes back beside two at work, share few cores: without the second compiler they
 * are there sooner (measured on two cores: 6 s instead of 8). A lone node is what speed is measured on, so it is as
 * Kafka's users run it.
 */
function jvmOptions(nodes: number): string[] {
  return nodes === 1 ? ['-Xmx768m'] : ['-Xmx512m', '-XX:TieredStopAtLevel=1']
}

/** Every node answers, and lists every other: then topics can be replicated and any address will do as bootstrap. */
async function allReady(nodes: readonly KafkaNode[]): Promise<void> {
  const until = performance.now() + readyWithinMs
  await Promise.all(nodes.map((node) => node.ready(readyWithinMs)))
  for (const { address } of nodes) {
    while ((await brokersSeenBy(address)).length < nodes.length) {
      if (performance.now() > until) throw notTogether(address, nodes.length)
      await sleep(pollEveryMs)
    }
  }
}

function oneNodeOnly(version: string): PartitaError {
  return new PartitaError(
    'INVALID_OPTION',
    `nodes must be 1 for Kafka ${version}: several that are killed and come back are started here from 3.3 on only.`,
    { api: 'nodes' },
  )
}

function notTogether(address: string, count: number): PartitaError {
  return new PartitaError(
    'CONNECTION_FAILED',
    `${count} Kafka nodes run, but after ${readyWithinMs} ms not each of them lists all others.`,
    { broker: address },
  )
}

/** The server's own words for it, out of its log, which the error quotes. */
function portsWereTaken(error: unknown): boolean {
  return isPartitaError(error) && /BindException|Address already in use/.test(error.message)
}
