import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
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

  it('none of them asked for what the broker does not have', () => {
    expect(warnings).toEqual([])
  })
})
