import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PartitaError } from '@partita/protocol'
import { javaArguments } from './java.ts'
import { lastLines, runProgram } from './run-program.ts'
import {
  type KafkaProperties,
  type NodePlace,
  propertiesText,
  type Quorum,
  serverProperties,
} from './server-properties.ts'

export interface FormatNodeOptions {
  readonly place: NodePlace
  /** All nodes of the cluster, this one included. */
  readonly places: readonly NodePlace[]
  readonly quorum: Quorum
  readonly clusterId: string
  /** The cluster's folder; the node's is made in it. */
  readonly root: string
  readonly jars: string
  readonly java: string
  readonly properties: KafkaProperties
}

export interface FormattedNode {
  readonly propertiesFile: string
  readonly logFile: string
}

const formatTimeoutMs = 60_000

/**
 * Writes a node's settings, and formats its storage where KRaft wants that done before the first start.
 *
 * @throws PartitaError `INVALID_OPTION` where Kafka refuses the settings
 */
export async function formatNode(options: FormatNodeOptions): Promise<FormattedNode> {
  const { place, places, quorum, root, properties } = options
  const folder = join(root, `node-${place.id}`)
  const dataFolder = join(folder, 'data')
  await mkdir(dataFolder, { recursive: true })
  const propertiesFile = join(folder, 'server.properties')
  await writeFile(propertiesFile, propertiesText(serverProperties(place, places, quorum, dataFolder, properties)))
  if (quorum === 'kraft') await formatStorage(options, propertiesFile)
  return { propertiesFile, logFile: join(folder, 'server.log') }
}

async function formatStorage(options: FormatNodeOptions, propertiesFile: string): Promise<void> {
  const { place, clusterId, jars, java } = options
  // It runs for a second: the full compiler would only be in its way.
  const jvm = ['-Xmx128m', '-XX:TieredStopAtLevel=1']
  const tool = javaArguments(jars, 'kafka.tools.StorageTool', { logLevel: 'warn', jvm })
  const args = [...tool, 'format', '-t', clusterId, '-c', propertiesFile]
  const { exitCode, stdout, stderr } = await runProgram(java, args, { timeoutMs: formatTimeoutMs })
  if (exitCode !== 0) {
    throw new PartitaError(
      'INVALID_OPTION',
      `Kafka could not format the storage of node ${place.id} (exit code ${exitCode}), ` +
        `most often because of one of the properties. What it said:\n${lastLines(stdout + stderr)}\n`,
      { api: 'properties' },
    )
  }
}

/**
 * A cluster's id in Kafka's form: 16 bytes in URL-safe base64. Another one for each cluster, so that a node which meets
 * the wrong cluster on a port stays out of it.
 */
export function newClusterId(): string {
  const bytes = randomBytes(16)
  // The first letter must not be "-": the tool would take it for an option.
  bytes[0] = bytes[0]! & 0x7f
  return bytes.toString('base64url')
}
