import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiVersionsApi, createFrameSplitter, decodeResponse, encodeRequest, metadataApi } from '@partita/wire'
import type { Api, RequestInput, ResponseOf } from '@partita/wire'
import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { type CliHost, runCli } from '../src/cli/run-cli.ts'

const { Kafka, logLevel } = kafkajs

describe('partita-broker', () => {
  test('says where it listens, serves at both loopback addresses, and stops at a signal with exit code 0', async () => {
    const cli = start(['--port', '0', '-t', 'orders:12'])
    const line = await cli.nextLine()
    expect(line).toMatch(/^Kafka at 127\.0\.0\.1:\d+( and \[::1\]:\d+)?, with 1 topic\. Ctrl-C stops it\.$/)
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1])
    for (const host of line.includes('[::1]') ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
      const { brokers, topics } = await call(host, port, metadataApi, 12, { topics: null })
      expect(brokers).toMatchObject([{ host: '127.0.0.1', port }])
      expect(topics).toMatchObject([{ name: 'orders', partitions: { length: 12 } }])
    }
    cli.process.emit('SIGTERM')
    expect(await cli.exitCode).toBe(0)
    expect(cli.out).toEqual([line, 'Stopped.'])
    expect(cli.err).toEqual([])
    expect(cli.process.eventNames()).toEqual([])
  })

  test('may be several nodes', async () => {
    const cli = start(['--port', '0', '--host', '127.0.0.1', '--nodes', '3'])
    const line = await cli.nextLine()
    expect(line).toMatch(/^Kafka at (127\.0\.0\.1:\d+, ){3}with 3 nodes and 0 topics\. Ctrl-C stops it\.$/)
    const [port] = /\d+(?=,)/.exec(line)!
    const { brokers } = await call('127.0.0.1', Number(port), metadataApi, 12, { topics: [] })
    expect(brokers).toHaveLength(3)
    cli.process.emit('SIGTERM')
    expect(await cli.exitCode).toBe(0)
  })

  test('exits at once at a second signal', async () => {
    const cli = start(['--port', '0'])
    await cli.nextLine()
    cli.process.emit('SIGINT')
    cli.process.emit('SIGINT')
    expect(cli.exits).toEqual([130])
    expect(await cli.exitCode).toBe(0)
  })

  test('says which clients connect, one line for each kind, when asked to', async () => {
    const cli = start(['--port', '0', '--verbose', '--host', '127.0.0.1'])
    const port = Number(/:(\d+),/.exec(await cli.nextLine())?.[1])
    const java = { clientSoftwareName: 'apache-kafka-java', clientSoftwareVersion: '4.3.1' }
    await call('127.0.0.1', port, apiVersionsApi, 3, java)
    await call('127.0.0.1', port, apiVersionsApi, 3, java)
    await call('127.0.0.1', port, apiVersionsApi, 0, {})
    cli.process.emit('SIGINT')
    await cli.exitCode
    expect(cli.out.slice(1)).toEqual([
      expect.stringMatching(/^Client: apache-kafka-java 4\.3\.1, from 127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^Client: software unnamed, client id "test\\u001b\[2J\?", from 127\.0\.0\.1:\d+$/),
      'Stopped.',
    ])
  })

  test('says nothing when asked to, though it listens', async () => {
    const cli = start(['--port', '0', '--quiet'])
    await expect.poll(() => cli.process.listenerCount('SIGINT')).toBe(1)
    cli.process.emit('SIGINT')
    expect(await cli.exitCode).toBe(0)
    expect([...cli.out, ...cli.err]).toEqual([])
  })

  test('takes topics from a file, over which its flags win', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'partita-cli-'))
    try {
      const file = join(folder, 'topics.json')
      await writeFile(file, '{ "orders": 12, "audit": { "configs": { "cleanup.policy": "compact" } } }')
      const cli = start(['--port', '0', '--host', '127.0.0.1', '--topics', file, '-t', 'orders:3'])
      const port = Number(/:(\d+),/.exec(await cli.nextLine())?.[1])
      const { topics } = await call('127.0.0.1', port, metadataApi, 12, { topics: null })
      expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
        ['orders', 3],
        ['audit', 1],
      ])
      cli.process.emit('SIGINT')
      await cli.exitCode
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('lets in those who are in a file of users, or given as flags, and nobody else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'partita-cli-'))
    try {
      const file = join(folder, 'users.txt')
      await writeFile(file, 'ann:pa55:word\n')
      const cli = start(['--port', '0', '--host', '127.0.0.1', '--users-file', file, '--sasl-user', 'bob:swordfish'])
      const port = Number(/:(\d+),/.exec(await cli.nextLine())?.[1])
      const logIn = async (username: string, password: string): Promise<void> => {
        const sasl = { mechanism: 'scram-sha-256', username, password } as const
        const brokers = [`127.0.0.1:${port}`]
        const kafka = new Kafka({ brokers, sasl, ssl: false, logLevel: logLevel.NOTHING, retry: { retries: 0 } })
        const admin = kafka.admin()
        await admin.connect()
        await admin.disconnect()
      }
      await logIn('ann', 'pa55:word')
      await logIn('bob', 'swordfish')
      await expect(logIn('ann', 'swordfish')).rejects.toThrow('invalid credentials with SASL mechanism SCRAM-SHA-256')
      expect(cli.err).toEqual([expect.stringMatching(/SCRAM-SHA-256, a wrong user or password, user "ann"\.$/)])
      cli.process.emit('SIGINT')
      await cli.exitCode
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each([
    [['--users-file', '/no/such/file'], /^partita-broker: --users-file: ENOENT/],
    [['--users-file', '/dev/null'], /^partita-broker: sasl: nobody could connect/],
    [
      ['--tls-cert', '/dev/null', '--tls-key', '/dev/null'],
      /^partita-broker: tls: the key or a certificate cannot be used/,
    ],
  ])('ends with exit code 2 for %j', async (args, message) => {
    const cli = start(['--port', '0', ...args])
    expect(await cli.exitCode).toBe(2)
    expect(cli.err).toEqual([expect.stringMatching(message)])
  })

  test('ends with exit code 1 and one line where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const cli = start(['--port', String(port)])
    expect(await cli.exitCode).toBe(1)
    expect(cli.err).toEqual([
      `partita-broker: The broker cannot listen at 127.0.0.1:${port}: another program listens there. ` +
        'Choose another port with --port.',
    ])
    other.close()
  })

  test.each([
    [['--nope'], "Unknown option '--nope'. See --help."],
    [['-t', 'a/b'], '"a/b" is not a topic name'],
    [['-t', 'a:0'], 'A topic has from 1 to 100000 partitions'],
    [['-c', 'nope=1'], 'There is no setting named "nope" here. See --help.'],
    [['--topics', '/no/such/file'], '--topics: ENOENT: no such file or directory'],
    [['--host', '0.0.0.0'], 'Here: --allow-remote.'],
  ])('ends with exit code 2 and one line for %j', async (args, message) => {
    const cli = start(['--port', '0', ...args])
    expect(await cli.exitCode).toBe(2)
    expect(cli.err).toEqual([expect.stringContaining(message)])
    expect(cli.out).toEqual([])
  })

  test('prints its help and its version', async () => {
    const help = start(['--help'])
    expect(await help.exitCode).toBe(0)
    expect(help.out[0]).toMatch(/^Usage: partita-broker/)
    const version = start(['--version'])
    expect(await version.exitCode).toBe(0)
    expect(version.out).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)])
  })
})

/** The command in this process, with a process of its own in its eyes. */
function start(args: readonly string[]) {
  const process = new EventEmitter()
  const lines = new EventEmitter()
  const out: string[] = []
  const err: string[] = []
  const exits: number[] = []
  const output = (to: string[]) =>
    Object.assign(new EventEmitter(), {
      write(text: string) {
        to.push(text.replace(/\n$/, ''))
        lines.emit('line')
      },
    })
  const host = Object.assign(process, {
    stdout: output(out),
    stderr: output(err),
    exit: (code: number) => exits.push(code),
  })
  const exitCode = runCli(args, host satisfies CliHost)
  return {
    process,
    out,
    err,
    exits,
    exitCode,
    /** The first line, or the one that tells why there is none. */
    async nextLine(): Promise<string> {
      if (out.length + err.length === 0) await once(lines, 'line')
      return out[0] ?? err[0]!
    },
  }
}

/** One request over a connection of its own; the client id would clear a terminal. */
async function call<A extends Api>(
  host: string,
  port: number,
  api: A,
  version: number,
  body: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const socket = connect(port, host)
  const frame = new Promise<Uint8Array>((resolve, reject) => {
    const splitter = createFrameSplitter({ onFrame: resolve })
    socket.on('data', (chunk) => splitter.push(chunk))
    socket.on('error', reject)
  })
  socket.write(encodeRequest(api, version, { correlationId: 1, clientId: 'test\u001b[2J\u009b' }, body))
  const { body: answer } = decodeResponse(api, version, await frame)
  socket.destroy()
  return answer
}
