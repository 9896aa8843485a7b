import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBroker } from '../src/index.ts'
import { takeAway } from '../src/storage/folder-lock.ts'
import { nodeFileSystem } from '../src/storage/node-file-system.ts'
import { StateJournal } from '../src/storage/state-journal.ts'
import { batchOf, connectClient, fetchFrom, produceTo, text } from './api-client.ts'
import { brokerOn, firstSegment } from './disk-broker.ts'
import { fakeFiles } from './fake-files.ts'
import { committedBy, transactional } from './transactional-client.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'partita-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

test.each(['never', 'interval', 'always'] as const)(
  'what kafkajs wrote is there at the next start, with fsync %s',
  async (fsync) => {
    const options = { dataDir, fsync, topics: { orders: 2 } }
    const first = await startBroker(options)
    const kafka = new Kafka({ brokers: first.bootstrap, logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ idempotent: true })
    await producer.connect()
    for (let i = 0; i < 10; i++) {
      await producer.send({ topic: 'orders', messages: [{ key: `${i}`, value: `v${i}`, partition: i % 2 }] })
    }
    await producer.disconnect()
    await first.close()
    await using second = await startBroker({ dataDir })
    expect((await second.log('orders', 1)).map(({ value }) => text(value))).toEqual(['v1', 'v3', 'v5', 'v7', 'v9'])
    const [read] = await fetchFrom(connectClient(second), 'orders', [0])
    expect(read!.records).toHaveLength(statSync(join(dataDir, firstSegment('orders-0'))).size)
  },
)

test('beside a log there are the indexes, once the broker is closed: the last offset and place of batches, 4 KiB apart', async () => {
  const broker = await startBroker({ dataDir, topics: { t: 1 } })
  const client = connectClient(broker)
  for (let i = 0; i < 5; i++)
    await produceTo(client, 't', 0, batchOf(['x'.repeat(2_500), 'y'], { timestamp: 1_000 + i }))
  const [{ byteLength }] = [...readdirSync(join(dataDir, 't-0'))].map(() => ({
    byteLength: statSync(join(dataDir, firstSegment('t-0'))).size / 5,
  })) as [{ byteLength: number }]
  await broker.close()
  const index = readFileSync(join(dataDir, 't-0', `${'0'.repeat(20)}.index`))
  expect([index.length, index.readInt32BE(0), index.readInt32BE(4)]).toEqual([16, 5, 2 * byteLength])
  expect([index.readInt32BE(8), index.readInt32BE(12)]).toEqual([9, 4 * byteLength])
  const times = readFileSync(join(dataDir, 't-0', `${'0'.repeat(20)}.timeindex`))
  expect([times.length, Number(times.readBigInt64BE(0)), times.readInt32BE(8)]).toEqual([24, 1_002, 5])
})

test('a folder is for one broker at a time', async () => {
  const broker = await startBroker({ dataDir })
  const again = startBroker({ dataDir })
  await expect(again).rejects.toThrow(`The data folder ${dataDir} is in use by another broker in this process`)
  await broker.close()
  await (await startBroker({ dataDir })).close()
})

test('a folder that another process uses is refused by its pid, and free when that process is gone', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await (await startBroker({ dataDir })).close()
  writeFileSync(join(dataDir, '.lock'), JSON.stringify({ pid: other.pid }))
  await expect(startBroker({ dataDir })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(`in use by process ${other.pid}:`) as string,
  })
  other.kill('SIGKILL')
  await once(other, 'exit')
  await (await startBroker({ dataDir })).close()
  expect(existsSync(join(dataDir, '.lock'))).toBe(false)
})

test.each([
  ['a process id that another process has by now', JSON.stringify({ pid: process.ppid, started: '1' })],
  ['the process id of this very process, from before', JSON.stringify({ pid: process.pid })],
  ['half a lock', '{"pi'],
])('a lock with %s is taken over', async (_, lock) => {
  await (await startBroker({ dataDir })).close()
  writeFileSync(join(dataDir, '.lock'), lock)
  await (await startBroker({ dataDir })).close()
})

test('a lock that another process took over meanwhile is left to it', () => {
  const path = join(dataDir, '.lock')
  writeFileSync(path, 'the new holder')
  takeAway(path, 'one that is dead')
  expect(readFileSync(path, 'utf8')).toBe('the new holder')
  takeAway(path, 'the new holder')
  expect(readdirSync(dataDir)).toEqual([])
})

test('a folder with something else in it is refused, and left as it is', async () => {
  writeFileSync(join(dataDir, 'letters.txt'), 'dear')
  await expect(startBroker({ dataDir })).rejects.toThrow('is not empty and was not written by this broker')
  expect(readdirSync(dataDir)).toEqual(['letters.txt'])
})

test('a folder is free again where the broker could not be started', async () => {
  await expect(startBroker({ dataDir, configs: { nope: 1 } })).rejects.toThrow('nope')
  const holder = await startBroker({ dataDir })
  const other = startBroker({ dataDir: `${dataDir}/inner`, port: holder.port })
  await expect(other).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
  await holder.close()
  await (await startBroker({ dataDir })).close()
  await (await startBroker({ dataDir: `${dataDir}/inner` })).close()
})

test('the state of transactions does not grow with their number, and the last one is there after a restart', async () => {
  const files = fakeFiles()
  const { broker } = brokerOn(files, { topics: { t: 1 } })
  const producer = await transactional(connectClient(broker), 'x'.repeat(20_000))
  for (let i = 1; i <= 60; i++) {
    await producer.addGroup('g')
    await producer.stage('g', i)
    await producer.end(true)
  }
  // Each writes three entries of 20 kilobytes or more.
  expect(files.files.get('state.journal')!.bytes.length).toBeLessThan(1_200_000)
  expect(await committedBy(connectClient(brokerOn(files.afterKill()).broker), 'g')).toBe('offset 60')
})

test('what is kept besides batches does not grow with the changes to it', () => {
  const files = nodeFileSystem(dataDir)
  const journal = new StateJournal(files, () => undefined)
  const metadata = 'm'.repeat(1_000)
  for (let i = 0; i < 5_000; i++) journal.set(['offset', 'g', 't', i % 10], { offset: i, metadata })
  journal.close()
  expect(statSync(join(dataDir, 'state.journal')).size).toBeLessThan(1_200_000)
  const again = new StateJournal(files, () => undefined)
  const values = [...again.all()]
    .filter(([[kind]]) => kind === 'offset')
    .map(([, value]) => (value as { offset: number }).offset)
  expect(values.sort((one, other) => one - other)).toEqual(Array.from({ length: 10 }, (_, i) => 4_990 + i))
  again.close()
})
