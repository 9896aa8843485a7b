import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { javaArguments } from './java.ts'
import { propertiesText } from './server-properties.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

export interface ZooKeeperOptions {
  /** `host:port`. */
  readonly address: string
  /** The cluster's folder; ZooKeeper's is made in it. */
  readonly root: string
  /** Kafka's, which depends on it. */
  readonly jars: string
  readonly java: string
  readonly onPidChanged: () => void
}

const answerWithinMs = 1_000

/** The ZooKeeper that a Kafka before 3.3 keeps its state in. It is down until it is started. */
export async function createZooKeeper(options: ZooKeeperOptions): Promise<ServerProcess> {
  const { address, root, jars, java, onPidChanged } = options
  const [host, port] = address.split(':')
  const folder = join(root, 'zookeeper')
  await mkdir(folder)
  const propertiesFile = join(folder, 'zookeeper.properties')
  const properties = {
    dataDir: join(folder, 'data'),
    clientPort: Number(port),
    clientPortAddress: host!,
    // A page of its own on port 8080.
    'admin.enableServer': false,
  }
  await writeFile(propertiesFile, propertiesText(properties))
  const jvm = ['-Xmx128m', '-XX:TieredStopAtLevel=1']
  const server = javaArguments(jars, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', { logLevel: 'info', jvm })
  return createServerProcess({
    name: 'ZooKeeper',
    address,
    command: java,
    args: [...server, propertiesFile],
    logFile: join(folder, 'server.log'),
    onPidChanged,
    isReady: () => serves(host!, Number(port)),
  })
}

/** Whether it answers one of its commands of four letters. */
async function serves(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host, () => socket.write('srvr'))
  socket.setTimeout(answerWithinMs, () => socket.destroy())
  try {
    return (await text(socket)).includes('Mode: standalone')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
