import { join } from 'node:path'
import { cacheFolder, installOnce, must, programs } from '../cache.ts'
import type { ForeignClient } from '../foreign-client.ts'
import { runChecking } from '../program-client.ts'

interface Addon {
  readonly name: string
  readonly package: string
  readonly version: string
  /** What its build leaves behind last. */
  readonly built: string
  readonly program: string
  readonly env?: Readonly<Record<string, string>>
}

/** A client from the npm registry, an addon that is compiled where no ready one is to be had. */
function nodeClient({ name, package: packageName, version, built, program, env }: Addon): ForeignClient {
  return {
    name,
    install: () =>
      installOnce(name, join('node_modules', packageName, 'build/Release', built), async (folder) => {
        await must(
          'npm',
          ['install', '--no-audit', '--no-fund', '--prefix', folder, `${packageName}@${version}`],
          env && { env },
        )
      }),
    run: (bootstrap) =>
      runChecking(
        {
          command: process.execPath,
          args: [join(programs, 'node', program)],
          env: { CLIENT_HOME: cacheFolder(name) },
        },
        bootstrap,
      ),
  }
}

export const nodeClients: readonly ForeignClient[] = [
  nodeClient({
    name: 'node-rdkafka',
    package: 'node-rdkafka',
    version: '3.6.1',
    built: 'node-librdkafka.node',
    program: 'node-rdkafka.mjs',
  }),
  nodeClient({
    name: 'confluent-kafka-javascript',
    package: '@confluentinc/kafka-javascript',
    version: '1.10.1',
    built: 'confluent-kafka-javascript.node',
    program: 'confluent.mjs',
    // Its own build links libraries that it downloads; this one takes those of the system.
    env: { CKJS_LINKING: 'dynamic' },
  }),
]
