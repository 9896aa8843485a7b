interface ToolInput {
  readonly input?: string
  /** How the tool is told the address. Default `--bootstrap-server ADDRESS`. */
  readonly address?: (bootstrap: string) => readonly string[]
}

/** Runs a tool to its end and gives what it printed. Throws where it fails. */
export type Tool = (name: string, args: readonly string[], more?: ToolInput) => Promise<string>

interface JavaKit {
  readonly tool: Tool
  /** Writes a file for a tool and gives its path. */
  readonly file: (text: string) => Promise<string>
  readonly version: string
  /** What the names of topics and groups begin with. */
  readonly prefix: string
}

const tools = 'org.apache.kafka.tools'
const lines = Array.from({ length: 200 }, (_, i) => `k${i % 7}:v${i}`)

/** What Kafka's tools are to do. Flags are those of the version: several were renamed in Kafka 4. */
export function javaSteps({ tool, file, version, prefix }: JavaKit): Record<string, () => Promise<void>> {
  const is4 = version.startsWith('4.')
  const consoleProducer = is4 ? `${tools}.ConsoleProducer` : 'kafka.tools.ConsoleProducer'
  const [readerProperty, formatterProperty] = is4
    ? ['--reader-property', '--formatter-property']
    : ['--property', '--property']
  const records = is4 ? '--num-records' : '--messages'

  async function topic(name: string, partitions = 1, ...more: string[]): Promise<string> {
    await tool(`${tools}.TopicCommand`, [
      '--create',
      '--topic',
      prefix + name,
      '--partitions',
      `${partitions}`,
      ...more,
    ])
    return prefix + name
  }

  async function produce(name: string, ...more: string[]): Promise<void> {
    const keyed = ['parse.key=true', 'key.separator=:'].flatMap((text) => [readerProperty, text])
    await tool(consoleProducer, ['--topic', name, ...keyed, ...more], { input: `${lines.join('\n')}\n` })
  }

  async function consume(name: string, count: number, ...more: string[]): Promise<string[]> {
    const keyed = ['print.key=true', 'key.separator=:'].flatMap((text) => [formatterProperty, text])
    const end = ['--from-beginning', '--max-messages', `${count}`, '--timeout-ms', '20000']
    const printed = await tool(`${tools}.consumer.ConsoleConsumer`, ['--topic', name, ...end, ...keyed, ...more])
    return printed.trim().split('\n')
  }

  const perform = (args: readonly string[]): Promise<string> =>
    tool(
      `${tools}.ProducerPerformance`,
      args,
      is4 ? {} : { address: (bootstrap) => ['--producer-props', `bootstrap.servers=${bootstrap}`] },
    )
  const groups = (...args: string[]): Promise<string> => tool(`${tools}.consumer.group.ConsumerGroupCommand`, args)
  const offsets = (...args: string[]): Promise<string> => tool(`${tools}.GetOffsetShell`, args)
  const transactions = (...args: string[]): Promise<string> => tool(`${tools}.TransactionsCommand`, args)

  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => [
    `console producer and consumer, ${codec}`,
    async () => {
      const name = await topic(codec, 3)
      await produce(name, '--compression-codec', codec)
      const seen = await consume(name, lines.length, '--group', `${name}-group`)
      same(byKey(seen), byKey(lines))
    },
  ])

  return {
    async 'topics: create, list, describe, alter, delete'() {
      const name = await topic('topics', 2, '--config', 'retention.ms=60000')
      const run = (...args: string[]): Promise<string> => tool(`${tools}.TopicCommand`, args)
      has(await run('--list'), name)
      has(await run('--describe', '--topic', name), 'PartitionCount: 2', 'retention.ms=60000')
      await run('--alter', '--topic', name, '--partitions', '5')
      has(await run('--describe', '--topic', name), 'PartitionCount: 5')
      await run('--delete', '--topic', name)
      if ((await run('--list')).includes(name)) throw new Error('the topic is still there')
    },
    ...(Object.fromEntries(codecs) as Record<string, () => Promise<void>>),
    async 'ProducerPerformance and ConsumerPerformance'() {
      const name = await topic('perf', 3)
      const size = ['--num-records', '20000', '--record-size', '100', '--throughput', '-1']
      has(await perform(['--topic', name, ...size]), '20000 records sent')
      has(
        await tool(`${tools}.ConsumerPerformance`, ['--topic', name, records, '20000', '--timeout', '20000']),
        '20000',
      )
    },
    async 'ProducerPerformance, in transactions'() {
      const name = await topic('perf-tx', 3)
      const size = ['--num-records', '5000', '--record-size', '100', '--throughput', '20000']
      const transactional = ['--transactional-id', `${prefix}perf`, '--transaction-duration-ms', '20']
      has(await perform(['--topic', name, ...size, ...transactional]), '5000 records sent')
      const committed = ['--isolation-level', 'read_committed']
      same((await consume(name, 5_000, ...committed)).length, 5_000)
    },
    async 'VerifiableProducer and VerifiableConsumer'() {
      const name = await topic('verifiable', 2)
      const sent = await tool(`${tools}.VerifiableProducer`, ['--topic', name, '--max-messages', '1000'])
      has(sent, '"name":"tool_data","sent":1000,"acked":1000')
      const group = ['--group-id', `${name}-group`, '--max-messages', '1000']
      const read = await tool(`${tools}.VerifiableConsumer`, ['--topic', name, ...group])
      const consumed = [
        ...read.matchAll(/"name":"records_consumed".*?"count":(\d+)|"count":(\d+).*?"name":"records_consumed"/g),
      ]
      same(
        consumed.reduce((sum, [, one, other]) => sum + Number(one ?? other), 0),
        1_000,
      )
    },
    async 'groups: describe, list, reset, delete'() {
      const name = await topic('grouped')
      await produce(name)
      const group = `${name}-group`
      await consume(name, lines.length, '--group', group)
      has(await groups('--describe', '--group', group), name, '200')
      has(await groups('--describe', '--group', group, '--state'), 'Empty')
      has(await groups('--list', '--state'), group)
      await groups('--reset-offsets', '--group', group, '--topic', name, '--to-offset', '150', '--execute')
      same((await consume(name, 50, '--group', group)).length, 50)
      await groups('--delete-offsets', '--group', group, '--topic', name)
      await groups('--delete', '--group', group)
      if ((await groups('--list')).includes(group)) throw new Error('the group is still there')
    },
    async 'offsets by time, and deleted records'() {
      const name = await topic('offsets')
      await produce(name)
      has(await offsets('--topic', name, '--time', 'latest'), `${name}:0:200`)
      const partitions = [{ topic: name, partition: 0, offset: 120 }]
      const asked = await file(JSON.stringify({ version: 1, partitions }))
      has(await tool(`${tools}.DeleteRecordsCommand`, ['--offset-json-file', asked]), 'low_watermark: 120')
      has(await offsets('--topic', name, '--time', 'earliest'), `${name}:0:120`)
      has(await offsets('--topic', name, '--time', 'max-timestamp'), `${name}:0:`)
      same((await consume(name, 80)).length, 80)
    },
    async 'transactions: list, describe, producers, hanging'() {
      const name = await topic('tx')
      const id = `${prefix}listed`
      const size = ['--num-records', '100', '--record-size', '10', '--throughput', '-1']
      await perform(['--topic', name, ...size, '--transactional-id', id, '--transaction-duration-ms', '50'])
      has(await transactions('list'), id, 'CompleteCommit')
      has(await transactions('describe', '--transactional-id', id), id, 'CompleteCommit')
      has(await transactions('describe-producers', '--topic', name, '--partition', '0'), 'ProducerId')
      await transactions('find-hanging', '--topic', name)
    },
    async 'offsets in a transaction (TransactionalMessageCopier)'() {
      const [source, target] = [await topic('copy-from'), await topic('copy-to')]
      await produce(source)
      const ends = ['--input-topic', source, '--input-partition', '0', '--output-topic', target]
      const way = ['--transactional-id', `${prefix}copier`, '--transaction-size', '30', '--enable-random-aborts']
      const group = ['--consumer-group', `${prefix}copiers`, '--group-mode', '--use-group-metadata']
      await tool(`${tools}.TransactionalMessageCopier`, [...ends, ...way, ...group], {
        address: (bootstrap) => ['--broker-list', bootstrap],
      })
      const committed = ['--isolation-level', 'read_committed']
      same(byKey(await consume(target, lines.length, ...committed)), byKey(lines))
      has(await groups('--describe', '--group', `${prefix}copiers`), source, '200')
    },
    async 'configs: describe and alter'() {
      const name = await topic('configs')
      const config = (...args: string[]): Promise<string> => tool('kafka.admin.ConfigCommand', args)
      const entity = ['--entity-type', 'topics', '--entity-name', name]
      await config('--alter', ...entity, '--add-config', 'retention.ms=1234')
      has(await config('--describe', ...entity), 'retention.ms=1234')
      await config('--alter', ...entity, '--delete-config', 'retention.ms')
      has(await config('--describe', ...entity, '--all'), 'retention.ms=604800000')
      has(await config('--describe', '--entity-type', 'brokers', '--all'), 'message.max.bytes=1048588')
    },
    async 'API versions'() {
      const name = is4 ? `${tools}.BrokerApiVersionsCommand` : 'kafka.admin.BrokerApiVersionsCommand'
      has(await tool(name, []), 'Produce(0)', 'Fetch(1)')
    },
    async 'end-to-end latency'() {
      const name = await topic('latency')
      const flags = ['--topic', name, '--num-records', '200', '--producer-acks', 'all', '--record-size', '100']
      if (is4) has(await tool(`${tools}.EndToEndLatency`, flags), 'Avg latency')
    },
  }
}

function has(printed: string, ...wanted: string[]): void {
  for (const text of wanted) if (!printed.includes(text)) throw new Error(`no ${text} in: ${printed.slice(-300)}`)
}

function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`expected ${other.slice(0, 150)}, got ${one.slice(0, 150)}`)
}

function byKey(pairs: readonly string[]): [key: string, lines: string[]][] {
  const keys = new Map<string, string[]>()
  for (const line of pairs) {
    const key = line.split(':')[0]!
    keys.set(key, [...(keys.get(key) ?? []), line])
  }
  return [...keys].toSorted(([one], [other]) => (one < other ? -1 : 1))
}
