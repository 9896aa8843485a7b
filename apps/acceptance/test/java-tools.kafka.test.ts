import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { createProducer } from '@partita/producer'
import { nativeTransport } from '@partita/transport-native'
import { runJavaTool, type JavaToolResult } from '@partita/real-kafka'

// Apache Kafka's own tools, which nobody here wrote, against the embedded broker.

const tools = 'org.apache.kafka.tools'
let broker: Broker
const warnings: string[] = []

beforeAll(async () => {
  broker = await startBroker({ onWarning: (line) => warnings.push(line) })
})
afterAll(() => broker.close())

async function tool(name: string, args: readonly string[], input?: string): Promise<JavaToolResult> {
  const bootstrap = broker.bootstrap.join(',')
  const result = await runJavaTool(`${tools}.${name}`, ['--bootstrap-server', bootstrap, ...args], {
    timeoutMs: 60_000,
    ...(input !== undefined && { input }),
  })
  expect(result, `${name} ${args.join(' ')}\n${result.stderr}`).toMatchObject({ exitCode: 0 })
  return result
}

async function dump(args: readonly string[]): Promise<string> {
  const result = await runJavaTool(`${tools}.DumpLogSegments`, args, { timeoutMs: 60_000 })
  expect(result, result.stderr).toMatchObject({ exitCode: 0 })
  return result.stdout + result.stderr
}

describe('Kafka 4.3.1’s tools on the embedded broker', () => {
  it('create, list, describe, alter and delete topics', async () => {
    await tool('TopicCommand', ['--create', '--topic', 'orders', '--partitions', '3', '--config', 'retention.ms=60000'])
    expect((await tool('TopicCommand', ['--list'])).stdout).toContain('orders')
    const described = (await tool('TopicCommand', ['--describe', '--topic', 'orders'])).stdout
    expect(described).toMatch(/PartitionCount: 3/)
    expect(described).toMatch(/retention.ms=60000/)
    await tool('TopicCommand', ['--alter', '--topic', 'orders', '--partitions', '5'])
    expect((await tool('TopicCommand', ['--describe', '--topic', 'orders'])).stdout).toMatch(/PartitionCount: 5/)
    await tool('TopicCommand', ['--delete', '--topic', 'orders'])
    expect((await tool('TopicCommand', ['--list'])).stdout).not.toContain('orders')
  })

  it('produce keyed records, consume them in a group, and describe the group', async () => {
    broker.createTopic('payments', 2)
    const lines = Array.from({ length: 20 }, (_, i) => `k${i % 4}:v${i}`)
    const produce = [
      '--topic',
      'payments',
      '--reader-property',
      'parse.key=true',
      '--reader-property',
      'key.separator=:',
    ]
    await tool('ConsoleProducer', produce, `${lines.join('\n')}\n`)
    const consume = [
      '--topic',
      'payments',
      '--group',
      'java',
      '--from-beginning',
      '--max-messages',
      '20',
      '--timeout-ms',
      '20000',
    ]
    const consumed = await tool('consumer.ConsoleConsumer', [
      ...consume,
      '--formatter-property',
      'print.key=true',
      '--formatter-property',
      'key.separator=:',
    ])
    const seen = consumed.stdout.trim().split('\n')
    expect([...seen].sort()).toEqual([...lines].sort())
    for (const key of ['k0', 'k1', 'k2', 'k3']) {
      const ofKey = (all: readonly string[]): string[] => all.filter((line) => line.startsWith(key))
      expect(ofKey(seen)).toEqual(ofKey(lines))
    }
    const group = (await tool('consumer.group.ConsumerGroupCommand', ['--describe', '--group', 'java'])).stdout
    expect(group).toMatch(/payments\s+0\s+\d+\s+\d+\s+0/)
    expect((await tool('GetOffsetShell', ['--topic', 'payments'])).stdout).toMatch(/payments:0:\d+/)
  })

  it('a group of the consumer protocol (KIP-848) consumes, shares and commits, and is described', async () => {
    broker.createTopic('invoices', 4)
    const lines = Array.from({ length: 40 }, (_, i) => `v${i}`)
    await tool('ConsoleProducer', ['--topic', 'invoices'], `${lines.join('\n')}\n`)
    const flags = ['--topic', 'invoices', '--group', 'java-848', '--from-beginning', '--timeout-ms', '20000']
    const protocol = ['--command-property', 'group.protocol=consumer']
    const consume = (max: number): Promise<JavaToolResult> =>
      tool('consumer.ConsoleConsumer', [...flags, ...protocol, '--max-messages', String(max)])
    expect((await consume(40)).stdout.trim().split('\n').toSorted()).toEqual(lines.toSorted())
    const group = ['--group', 'java-848']
    const described = (await tool('consumer.group.ConsumerGroupCommand', ['--describe', ...group])).stdout
    expect(described).toMatch(/invoices\s+[0-3]\s+(\d+)\s+\1\s+0/)
    const state = (await tool('consumer.group.ConsumerGroupCommand', ['--describe', '--state', ...group])).stdout
    expect(state).toMatch(/java-848.*uniform\s+Empty/)
    const list = (await tool('consumer.group.ConsumerGroupCommand', ['--list', '--type', 'consumer'])).stdout
    expect(list).toContain('java-848')
    await tool('ConsoleProducer', ['--topic', 'invoices'], 'next\n')
    expect((await consume(1)).stdout.trim()).toBe('next')
    await tool('consumer.group.ConsumerGroupCommand', ['--delete', ...group])
    expect(broker.group('java-848')).toBeUndefined()
  })

  it('ProducerPerformance and ConsumerPerformance run to the end', async () => {
    broker.createTopic('perf', 3)
    const produced = await runJavaTool(
      `${tools}.ProducerPerformance`,
      [
        '--topic',
        'perf',
        '--num-records',
        '50000',
        '--record-size',
        '100',
        '--throughput',
        '-1',
        '--bootstrap-server',
        broker.bootstrap.join(','),
      ],
      { timeoutMs: 60_000 },
    )
    expect(produced.stdout).toMatch(/50000 records sent/)
    const consumed = await tool('ConsumerPerformance', [
      '--topic',
      'perf',
      '--num-records',
      '50000',
      '--timeout',
      '20000',
    ])
    expect(consumed.stdout).toMatch(/50000/)
  })

  it('DumpLogSegments finds nothing wrong with a data folder, be it compacted or cut by retention', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'partita-dump-'))
    try {
      const configs = { 'segment.bytes': 20_000, 'min.cleanable.dirty.ratio': 0 }
      const topics = {
        compacted: { partitions: 1, configs: { ...configs, 'cleanup.policy': 'compact' } },
        cut: { partitions: 1, configs: { ...configs, 'retention.bytes': 50_000 } },
      }
      const owner = await startBroker({ dataDir, topics })
      const transport = nativeTransport({ brokers: owner.bootstrap })
      await using producer = createProducer({ transport })
      for (let i = 0; i < 2_000; i++) {
        const record = { key: `key-${i % 50}`, value: i % 7 === 0 ? null : `value ${i}`.padEnd(100) }
        const sends = ['compacted', 'cut'].map((topic) => producer.send({ topic, ...record }))
        // Batches of many sizes.
        if (i % 13 === 0) await Promise.all(sends)
      }
      await producer.close()
      await owner.control.cleanLogs()
      await owner.close()
      for (const topic of Object.keys(topics)) {
        const folder = join(dataDir, `${topic}-0`)
        const files = readdirSync(folder).map((name) => join(folder, name))
        const [logs, indexes] = ['.log', 'index'].map((ending) => files.filter((name) => name.endsWith(ending)))
        expect(logs!.length, topic).toBeGreaterThan(1)
        const batches = await dump(['--deep-iteration', '--files', logs!.join(',')])
        expect(batches.match(/isvalid: true/g)!.length).toBeGreaterThan(3)
        expect(batches).not.toContain('isvalid: false')
        const offsets = [...batches.matchAll(/\| offset: (\d+)/g)].map(([, offset]) => Number(offset))
        expect(offsets.length).toBeLessThan(2_000)
        expect(offsets).toEqual(offsets.toSorted((one, other) => one - other))
        expect(await dump(['--index-sanity-check', '--files', indexes!.join(',')])).toMatch(/passed sanity check/)
        expect(await dump(['--verify-index-only', '--files', indexes!.join(',')])).not.toMatch(
          /mismatch|out of order|exception/i,
        )
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('write in transactions that have an epoch each, and speak of topics by id (KIP-890, KIP-516)', async () => {
    broker.createTopic('paid', 2)
    const asked = new Set<string>()
    const stop = broker.control.onRequest(({ api, version }) => void asked.add(`${api} ${version}`))
    const records = ['--topic', 'paid', '--num-records', '5000', '--record-size', '100', '--throughput', '-1']
    const transactions = ['--transactional-id', 'payer', '--transaction-duration-ms', '20']
    expect((await tool('ProducerPerformance', [...records, ...transactions])).stdout).toMatch(/5000 records sent/)
    const consume = ['--topic', 'paid', '--from-beginning', '--max-messages', '5000', '--timeout-ms', '20000']
    const consumed = await tool('consumer.ConsoleConsumer', [...consume, '--isolation-level', 'read_committed'])
    expect(consumed.stdout.trim().split('\n')).toHaveLength(5000)
    stop()
    for (const each of ['Produce 13', 'EndTxn 5', 'Fetch 18', 'Metadata 13']) expect(asked).toContain(each)
    expect(Array.from(asked).filter((each) => each.startsWith('AddPartitionsToTxn'))).toEqual([])
    const described = await tool('TransactionsCommand', ['describe', '--transactional-id', 'payer'])
    expect(described.stdout).toMatch(/payer\s+\d+\s+[1-9]\d*\s+CompleteCommit/)
  })

  it('go back to the transactions of before, where the feature is lowered', async () => {
    const lowered = await tool('FeatureCommand', ['downgrade', '--feature', 'transaction.version=1'])
    expect(lowered.stdout).toMatch(/transaction.version was downgraded to 1/)
    const asked = new Set<string>()
    const stop = broker.control.onRequest(({ api, version }) => void asked.add(`${api} ${version}`))
    const records = ['--topic', 'paid', '--num-records', '1000', '--record-size', '100', '--throughput', '-1']
    await tool('ProducerPerformance', [...records, '--transactional-id', 'payer', '--transaction-duration-ms', '20'])
    stop()
    for (const each of ['Produce 11', 'EndTxn 4', 'AddPartitionsToTxn 3']) expect(asked).toContain(each)
    await tool('FeatureCommand', ['upgrade', '--feature', 'transaction.version=2'])
    expect((await tool('FeatureCommand', ['describe'])).stdout).toMatch(
      /transaction.version\s.*FinalizedVersionLevel: 2/,
    )
  })

  it('look into log folders, and list what has settings', async () => {
    expect((await tool('LogDirsCommand', ['--describe'])).stdout).toMatch(/"partition":"paid-0","size":[1-9]/)
    expect((await tool('ClientMetricsCommand', ['--list'])).stdout.trim()).toBe('')
    const latest = ['--topic', 'paid', '--time', 'max-timestamp']
    expect((await tool('GetOffsetShell', latest)).stdout).toMatch(/paid:0:\d+/)
  })

  it('none of them asked for what the broker does not have', () => {
    expect(warnings).toEqual([])
  })
})

describe('Kafka 4.3.1’s clients on three embedded nodes', () => {
  it('write and read all of it while leaders and coordinators move, and a node stops and returns', async () => {
    const several = await startBroker({ nodes: 3, topics: { moving: 6 } })
    const { control } = several
    const client = ['--bootstrap-server', several.bootstrap.join(',')]
    const next = (node: number): number => (node % 3) + 1
    const records = 4_000
    let acts = 0
    const unsettle = setInterval(() => {
      acts += 1
      const [first] = several.nodes().filter(({ isUp }) => isUp)
      if (acts % 6 === 2) return void control.stopNode(first!.id)
      if (acts % 6 === 5) return void Promise.all(several.nodes().map(({ id }) => control.startNode(id)))
      if (several.nodes().some(({ isUp }) => !isUp)) return
      for (let i = 0; i < 6; i++) control.moveLeader('moving', i, next(control.leaderOf('moving', i)))
      control.moveCoordinator('group', 'java', next(control.coordinatorOf('group', 'java')))
    }, 150)
    try {
      const topic = ['--topic', 'moving']
      const consume = [...topic, '--group', 'java', '--from-beginning', '--max-messages', String(records)]
      const [produced, consumed] = await Promise.all([
        runJavaTool(
          `${tools}.ProducerPerformance`,
          [...client, ...topic, '--num-records', String(records), '--record-size', '20', '--throughput', '1000'],
          { timeoutMs: 60_000 },
        ),
        runJavaTool(`${tools}.consumer.ConsoleConsumer`, [...client, ...consume, '--timeout-ms', '30000'], {
          timeoutMs: 60_000,
        }),
      ])
      expect(produced, produced.stderr).toMatchObject({ exitCode: 0 })
      expect(produced.stdout).toContain(`${records} records sent`)
      expect(consumed, consumed.stderr).toMatchObject({ exitCode: 0 })
      expect(consumed.stdout.trim().split('\n')).toHaveLength(records)
    } finally {
      clearInterval(unsettle)
    }
    expect(acts).toBeGreaterThan(10)
    const logs = await Promise.all([0, 1, 2, 3, 4, 5].map((partition) => several.log('moving', partition)))
    expect(logs.flat()).toHaveLength(records)
    await Promise.all(several.nodes().map(({ id }) => control.startNode(id)))
    await control.stopNode(2)
    const described = await runJavaTool(`${tools}.TopicCommand`, [...client, '--describe', '--unavailable-partitions'])
    expect(described, described.stderr).toMatchObject({ exitCode: 0, stdout: '' })
    const under = await runJavaTool(`${tools}.TopicCommand`, [...client, '--describe', '--under-replicated-partitions'])
    expect(under.stdout.match(/Topic: moving/g)).toHaveLength(6)
    await several.close()
  })
})
