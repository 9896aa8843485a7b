import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { runJavaTool, type JavaToolResult } from '@partita/real-kafka'
import { localhost } from './test-certificates.ts'

// Apache Kafka's own clients against the embedded broker, with TLS and SASL.

const modules = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
} as const

let broker: Broker
let folder: string
let warnings: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'partita-java-'))
  broker = await startBroker({
    topics: { orders: 1 },
    tls: localhost,
    sasl: { users: { ann: 'pa55-secret' }, connectionsMaxReauthMs: 1_500 },
    onWarning: (line) => warnings.push(line),
  })
})
afterAll(async () => {
  await broker.close()
  await rm(folder, { recursive: true })
})

/** The arguments with which a tool finds the broker, and is let in. */
async function access(mechanism: keyof typeof modules, password: string): Promise<string[]> {
  const trusted = join(folder, 'ca.pem')
  const settings = join(folder, 'client.properties')
  await writeFile(trusted, localhost.cert)
  const lines = {
    'security.protocol': 'SASL_SSL',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': trusted,
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `${modules[mechanism]} required username="ann" password="${password}";`,
    'max.block.ms': '10000',
  }
  await writeFile(
    settings,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return ['--bootstrap-server', broker.bootstrap.join(), '--command-config', settings]
}

async function produce(mechanism: keyof typeof modules, password: string, input: string): Promise<JavaToolResult> {
  const args = ['--topic', 'orders', ...(await access(mechanism, password))]
  return runJavaTool('org.apache.kafka.tools.ConsoleProducer', args, { input, timeoutMs: 60_000 })
}

describe('Kafka 4.3.1’s producer on the embedded broker with TLS', () => {
  it.each(Object.keys(modules) as (keyof typeof modules)[])('authenticates by %s', async (mechanism) => {
    warnings = []
    const before = (await broker.log('orders', 0)).length
    const result = await produce(mechanism, 'pa55-secret', 'paid\nsent\n')
    expect(result.exitCode, result.stderr).toBe(0)
    const log = await broker.log('orders', 0)
    expect(log.slice(before).map(({ value }) => new TextDecoder().decode(value!))).toEqual(['paid', 'sent'])
    expect(warnings).toEqual([])
  })

  it('authenticates again before its session ends', async () => {
    warnings = []
    const handshakes: string[] = []
    const stopWatching = broker.control.onRequest(({ api, clientAddress }) => {
      if (api === 'SaslHandshake') handshakes.push(clientAddress)
    })
    const load = ['--topic', 'orders', '--num-records', '800', '--record-size', '10', '--throughput', '100']
    const args = [...load, ...(await access('SCRAM-SHA-256', 'pa55-secret'))]
    const { stdout, stderr } = await runJavaTool('org.apache.kafka.tools.ProducerPerformance', args)
    stopWatching()
    expect(stdout, stderr).toMatch(/800 records sent/)
    // More than one for a connection.
    expect(handshakes.length).toBeGreaterThan(new Set(handshakes).size)
    expect(warnings).toEqual([])
  })

  it.each(['PLAIN', 'SCRAM-SHA-512'] as const)('understands why it is refused by %s', async (mechanism) => {
    warnings = []
    const before = (await broker.log('orders', 0)).length
    const { stdout, stderr } = await produce(mechanism, 'wr0ng', 'paid\n')
    expect(stdout + stderr).toMatch(/SaslAuthenticationException|Authentication failed|invalid credentials/)
    expect(await broker.log('orders', 0)).toHaveLength(before)
    expect(warnings[0]).toContain(`${mechanism}, a wrong user or password, user "ann".`)
  })
})
