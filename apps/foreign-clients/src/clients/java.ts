import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaJars, lastLines, runJavaTool } from '@partita/real-kafka'
import { type ForeignClient, runChecks } from '../foreign-client.ts'
import { javaSteps, type Tool } from './java-steps.ts'

const timeoutMs = 90_000
const standardAddress = (bootstrap: string): string[] => ['--bootstrap-server', bootstrap]

/** The tools of one version of Apache Kafka: its own producer, consumer and admin client. */
function javaClient(version: string): ForeignClient {
  return {
    name: `java-${version}`,
    install: async () => void (await kafkaJars(version)),
    async run(bootstrap) {
      const folder = await mkdtemp(join(tmpdir(), 'partita-java-'))
      const tool: Tool = async (name, args, { input, address = standardAddress } = {}) => {
        const result = await runJavaTool(name, [...address(bootstrap), ...args], { version, timeoutMs, input })
        if (result.exitCode === 0) return result.stdout
        const said = lastLines(result.stderr || result.stdout, 3)
        throw new Error(`${name} ${args.slice(0, 3).join(' ')}: exit code ${result.exitCode}; ${said}`)
      }
      const file = async (text: string): Promise<string> => {
        await writeFile(join(folder, 'input'), text)
        return join(folder, 'input')
      }
      try {
        const prefix = `java-${process.pid}-`
        return {
          version: `Apache Kafka ${version}`,
          checks: await runChecks(javaSteps({ tool, file, version, prefix })),
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

export const javaClients: readonly ForeignClient[] = ['4.3.1', '3.9.1'].map(javaClient)
