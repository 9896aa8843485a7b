import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker } from '@partita/broker'
import { PartitaError } from '@partita/protocol'
import { runProgram } from '@partita/real-kafka'
import type { Check, ClientReport, ForeignClient } from '../foreign-client.ts'
import { kafkajsExpected } from './kafkajs-expected.ts'

/** Its tests name these ports and this host; a lone node is the first of three. */
const firstPort = 9092
const timeoutMs = 25 * 60_000

/** As its own scripts set it; tests that need a newer Kafka than 2.4 there are none. */
const env = { KAFKA_VERSION: '2.4', NODE_ENV: 'test', TEST_RETRIES: '0', KAFKAJS_NO_PARTITIONER_WARNING: '1' }

/** Tests that change a Docker container, or log in before each; the rest of what needs a broker is run. */
const without = ['/node_modules/', 'Acls\\.spec', 'rebalanceOnPartitionChange']

/**
 * kafkajs's own tests, those that need a broker: a checkout of its tag v2.2.4, with its dependencies installed
 * (`npm install --ignore-scripts --legacy-peer-deps`). The package on npm comes without them.
 */
export function kafkajsSuite(source: string): ForeignClient {
  return {
    name: 'kafkajs-suite',
    expected: kafkajsExpected,
    async install() {
      const { version } = await packageIn(source)
      if (version !== '2.2.4') throw missing(`${source} holds kafkajs ${version}; its tag v2.2.4 is what is known here`)
      await packageIn(join(source, 'node_modules/jest'))
    },
    async run() {
      // Also where a real Kafka was asked for: these tests find their broker at a port of their own.
      await using _broker = await startBroker({
        host: 'localhost',
        advertisedHost: 'localhost',
        port: firstPort,
        nodeId: 0,
        numPartitions: 2,
      })
      return await runJest(source)
    },
  }
}

async function runJest(source: string): Promise<ClientReport> {
  const folder = await mkdtemp(join(tmpdir(), 'partita-kafkajs-'))
  const outputFile = join(folder, 'report.json')
  const which = ['--testPathPattern', 'src/(broker|admin|cluster|consumer|producer|network)/']
  // It leaves handles open after its last test.
  const how = ['--ci', '--forceExit', '--maxWorkers=2', '--json', '--outputFile', outputFile]
  try {
    const jest = join(source, 'node_modules/jest/bin/jest.js')
    const args = [jest, ...how, ...which, '--testPathIgnorePatterns', ...without]
    await runProgram(process.execPath, args, { timeoutMs, cwd: source, env })
    return { version: 'kafkajs 2.2.4, its own tests', checks: checksOf(await readFile(outputFile, 'utf8'), source) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface JestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: 'passed' | 'failed' | 'pending'
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

function checksOf(report: string, source: string): Check[] {
  return (JSON.parse(report) as JestReport).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ fullName, status, failureMessages }): Check[] => {
      const check = `${name.slice(source.length)}: ${fullName}`
      if (status === 'pending') return []
      if (status === 'passed') return [{ check, ok: true }]
      return [{ check, ok: false, reason: (failureMessages[0] ?? '').split('\n')[0]!.slice(0, 200) }]
    }),
  )
}

async function packageIn(folder: string): Promise<{ version: string }> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  } catch (cause) {
    throw missing(`there is no package in ${folder}`, cause)
  }
}

function missing(what: string, cause?: unknown): PartitaError {
  return new PartitaError('MISSING_PACKAGE', `kafkajs's own tests cannot run: ${what}.`, { cause })
}
