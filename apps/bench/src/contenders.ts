import { join } from 'node:path'
import { type BenchCluster, topicFor } from './clusters.ts'
import { newerNode, type PeerName, peers } from './peers/peer.ts'
import { installPeer } from './peers/install-peer.ts'
import { parallelConsumerJars } from './peers/parallel-consumer-jars.ts'
import { runWork, type Work } from './run-work.ts'
import type { Client, Job } from './work/job.ts'

/** One line of a table: what it is called, and how one round of it is run. */
export interface Entry {
  readonly label: string
  readonly kind: Kind
  /** The Node that it runs on, where that is not the one that runs the bench. */
  readonly node?: string | undefined
  /** What a round measured. Rejects where a peer failed; the others go on. */
  run(): Promise<Readonly<Record<string, number>>>
}

export type Kind = 'partita' | 'node peer' | 'java peer' | 'yardstick'

/** What could be installed beside Partita and kafkajs. */
export interface Contenders {
  /** Whether Java's own tools are to be run. */
  readonly java: boolean
  /** The folder of Parallel Consumer's jars; `undefined`: not wanted, or they could not be had. */
  readonly parallelConsumer: string | undefined
  /** The newer Node's executable and its version; `undefined`: it could not be had. */
  readonly newer: { readonly executable: string; readonly label: string } | undefined
  readonly folders: ReadonlyMap<PeerName, string>
}

/** Installs what is wanted, and says what cannot be had. */
export async function gatherContenders(wanted: ReadonlySet<string>): Promise<Contenders> {
  const folders = new Map<PeerName, string>()
  let newer: Contenders['newer']
  const names = (Object.keys(peers) as PeerName[]).filter((name) => wanted.has(name))
  if (wanted.has('node') || names.some((name) => !peers[name].loads)) {
    const installed = await installPeer(newerNode)
    if ('failure' in installed) console.log(`\nNode ${newerNode.version} is left out: ${installed.failure}`)
    else {
      newer = { executable: join(installed.folder, 'node_modules/.bin/node'), label: `Node ${newerNode.version}` }
    }
  }
  for (const name of names) {
    const peer = peers[name]
    if (!peer.loads && newer === undefined) continue
    const installed = await installPeer(peer)
    if ('folder' in installed) folders.set(name, installed.folder)
    else console.log(`\n${peer.package} ${peer.version} is left out, it could not be installed: ${installed.failure}`)
  }
  const parallelConsumer = wanted.has('parallel-consumer') ? await parallelConsumerJars() : undefined
  return { java: wanted.has('java'), parallelConsumer, newer, folders }
}

type Task = Partial<Job> & { readonly records: number }

/** A client in a process of its own. A topic of its own each time, unless the task names one. */
export function entry(cluster: BenchCluster, work: Work, client: Client, task: Task, label: string = client): Entry {
  return { label, kind: kindOf(client), run: () => inItsProcess(cluster, work, { ...task, client }, undefined) }
}

/** What a record costs at the least: see `work/clients/yardstick`. */
export function yardstick(cluster: BenchCluster, work: Work, task: Task, how = ''): Entry {
  return entry(cluster, work, 'yardstick', task, `yardstick: raw socket, nothing kept${how}`)
}

/** The same on the newer Node. */
export function onNewerNode(
  { newer }: Contenders,
  cluster: BenchCluster,
  work: Work,
  client: Client,
  task: Task,
  label: string = client,
): Entry[] {
  if (newer === undefined) return []
  const run = (): Promise<Readonly<Record<string, number>>> =>
    inItsProcess(cluster, work, { ...task, client }, newer.executable)
  return [{ label: `${label}, ${newer.label}`, kind: kindOf(client), node: newer.label, run }]
}

/** A peer that is no dependency; nothing where it could not be installed. */
export function peerEntry(
  { folders, newer }: Contenders,
  cluster: BenchCluster,
  work: Work,
  name: PeerName,
  task: Task,
  how = '',
): Entry[] {
  const peerFolder = folders.get(name)
  if (peerFolder === undefined) return []
  const { package: client, version, loads } = peers[name]
  const node = loads ? undefined : newer
  const label = `${client} ${version}${how}${node === undefined ? '' : `, ${node.label}`}`
  const run = (): Promise<Readonly<Record<string, number>>> =>
    inItsProcess(cluster, work, { ...task, client, peerFolder }, node?.executable)
  return [{ label, kind: kindOf(client), node: node?.label, run }]
}

function kindOf(client: Client): Kind {
  if (client.startsWith('partita')) return 'partita'
  return client === 'yardstick' ? 'yardstick' : 'node peer'
}

async function inItsProcess(
  cluster: BenchCluster,
  work: Work,
  task: Task & { readonly client: Client },
  node: string | undefined,
): Promise<Readonly<Record<string, number>>> {
  const { brokers } = cluster
  if (task.topic !== undefined) return runWork(work, { ...task, brokers }, node)
  await using topic = await topicFor(cluster)
  return await runWork(work, { ...task, brokers, topic: topic.name }, node)
}
