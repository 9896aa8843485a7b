import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/cli/arguments.ts'
import { flags, helpText } from '../src/cli/flags.ts'
import { parseTopics } from '../src/cli/topics-file.ts'
import { parseUsers } from '../src/cli/users-file.ts'

describe('the command line', () => {
  test('without flags asks for a broker at localhost:9092 with no topics', () => {
    expect(parseArguments([])).toMatchObject({
      kind: 'serve',
      verbosity: 'normal',
      topicsFile: undefined,
      usersFile: undefined,
      users: {},
      tlsFiles: undefined,
      options: { port: 9092, host: 'localhost', allowRemote: false, topics: {}, configs: {} },
    })
  })

  test('takes every flag', () => {
    const line =
      '--port 0 --host 0.0.0.0 --allow-remote --advertise kafka.test -t orders:12 --topic audit --topics t.json ' +
      '--nodes 3 --partitions 3 --no-auto-create --data-dir ./kafka --fsync always --users-file u.txt --sasl-user ann:a:b --sasl-user bob:c --tls-cert c.pem --tls-key k.pem -c message.max.bytes=2000 --config log.cleanup.policy=a=b --verbose'
    expect(parseArguments(line.split(' '))).toEqual({
      kind: 'serve',
      verbosity: 'verbose',
      topicsFile: 't.json',
      usersFile: 'u.txt',
      users: { ann: 'a:b', bob: 'c' },
      tlsFiles: { cert: 'c.pem', key: 'k.pem' },
      options: {
        port: 0,
        host: '0.0.0.0',
        allowRemote: true,
        advertisedHost: 'kafka.test',
        topics: { orders: 12, audit: {} },
        nodes: 3,
        numPartitions: 3,
        autoCreateTopics: false,
        dataDir: './kafka',
        fsync: 'always',
        configs: { 'message.max.bytes': '2000', 'log.cleanup.policy': 'a=b' },
      },
    })
  })

  test.each([
    [['--nope'], "Unknown option '--nope'."],
    [['--fsync', 'always'], '--fsync needs a folder: --data-dir DIR.'],
    [['--data-dir', 'd', '--fsync', 'often'], '--fsync must be never, interval or always; got "often".'],
    [['--tls-cert', 'c.pem'], '--tls-cert and --tls-key need each other.'],
    [['--sasl-user', 'pa55'], '--sasl-user: a user is NAME:PASSWORD.'],
    [['--sasl-user', 'ann:'], '--sasl-user: a user is NAME:PASSWORD.'],
    [['--sasl-user', 'ann:a', '--sasl-user', 'ann:b'], '--sasl-user (line 2): the user "ann" is there twice.'],
    [['--port'], "Option '-p, --port <value>' argument missing."],
    [['--port', '-q'], "Option '--port' is followed by another flag, not by a value."],
    [['--port', '65536'], '--port must be a whole number from 0 to 65535; got "65536".'],
    [['--port', '1e3'], '--port must be a whole number from 0 to 65535; got "1e3".'],
    [['--nodes', '101'], '--nodes must be a whole number from 1 to 100; got "101".'],
    [['--partitions', '0'], '--partitions must be a whole number from 1 to 2147483647; got "0".'],
    [['orders'], "Unexpected argument 'orders'."],
    [['--quiet=1'], "Option '-q, --quiet' does not take an argument."],
    [['-qv'], '--quiet and --verbose exclude each other.'],
    [['-t', 'a:b'], '--topic: a topic is NAME or NAME:PARTITIONS; got "a:b".'],
    [['-t', 'a', '-t', 'a:2'], '--topic: the topic a is there twice.'],
    [['-c', 'x'], '--config must be KEY=VALUE, as in --config message.max.bytes=2000; got "x".'],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseArguments(args)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }))
  })

  test('asks for help or the version whatever else is there', () => {
    expect(parseArguments(['--port', 'x', '-h'])).toEqual({ kind: 'help' })
    expect(parseArguments(['--version', '-q'])).toEqual({ kind: 'version' })
  })

  test('has every flag in its help', () => {
    const help = helpText()
    for (const name of Object.keys(flags)) expect(help).toContain(`--${name}`)
  })
})

describe('a file of topics', () => {
  const orders = { orders: 12, audit: {} }

  test.each([
    ['lines', '# topics\r\norders:12\n\n  audit   # one partition\n'],
    ['a list in JSON', ' ["orders:12", "audit"]'],
    ['an object in JSON', '{ "orders": 12, "audit": {} }'],
  ])('may be %s', (_, text) => {
    expect(parseTopics(text, 'file')).toEqual(orders)
  })

  test('may set what a topic is to have', () => {
    const topics = {
      audit: {
        partitions: 1,
        replicationFactor: 2,
        configs: { 'cleanup.policy': 'compact', 'max.message.bytes': 2_000 },
      },
    }
    expect(parseTopics(JSON.stringify(topics), 'file')).toEqual(topics)
  })

  test('without topics has none', () => {
    expect(parseTopics('', 'file')).toEqual({})
  })

  test.each([
    ['orders 12', 'file: a topic is NAME or NAME:PARTITIONS'],
    ['orders\norders', 'file: the topic orders is there twice'],
    ['{ "orders": 12', 'file: not JSON, though it begins like it'],
    ['{ "orders": "12" }', 'file: the topic "orders" needs a number of partitions'],
    ['{ "orders": { "partition": 12 } }', 'got {"partition":12}'],
    ['{ "orders": { "configs": { "a": null } } }', 'file: the topic "orders" needs'],
    ['[{ "orders": 12 }]', 'file: a topic is NAME or NAME:PARTITIONS'],
  ])('%j is refused', (text, message) => {
    expect(() => parseTopics(text, 'file')).toThrow(message)
  })
})

describe('a file of users', () => {
  test('has a name and a password per line, which may hold anything', () => {
    const lines = ['# users', 'ann:pa55:#1', '', 'bob: x ']
    expect(parseUsers(lines, 'file')).toEqual({ ann: 'pa55:#1', bob: ' x ' })
  })

  test.each([
    [['ann:a', 'pa55'], 'file (line 2): a user is NAME:PASSWORD.'],
    [['', ':pa55'], 'file (line 2): a user is NAME:PASSWORD.'],
    [['ann:a', 'ann:pa55'], 'file (line 2): the user "ann" is there twice.'],
  ])('%j is refused, without showing what may be a password', (lines, message) => {
    expect(() => parseUsers(lines, 'file')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }))
  })
})
