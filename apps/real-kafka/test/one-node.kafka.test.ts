import { mkdtemp, readdir, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, it, vi } from 'vitest'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { runJavaTool, startKafka } from '../src/index.ts'

it('what kafkajs produces to a started node, kafkajs and Kafka’s own console consumer read', async () => {
  const kafka = new Kafka({ brokers: inject('bootstrap'), logLevel: logLevel.NOTHING })
  const topic = `harness-${process.pid}-${Date.now()}`
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const messages = ['one', 'two', 'three'].map((value) => ({ key: 'k', value }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()

  const consumer = kafka.consumer({ groupId: `${topic}-group` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const read: string[] = []
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (read.push(String(message.value)) === messages.length) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  expect(read).toEqual(['one', 'two', 'three'])

  const from = `--bootstrap-server ${inject('bootstrap').join(',')} --topic ${topic} --from-beginning`
  const { stdout, exitCode } = await runJavaTool(
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    `${from} --max-messages 3 --timeout-ms 30000`.split(' '),
  )
  expect({ stdout, exitCode }).toEqual({ stdout: 'one\ntwo\nthree\n', exitCode: 0 })
})

it('a stopped cluster leaves no process and no folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'partita-stop-'))
  vi.stubEnv('TMPDIR', folder)
  const kafka = await startKafka({ nodes: 1 })
  vi.unstubAllEnvs()
  const node = kafka.nodes[0]!
  const pid = node.pid!
  expect(isAlive(pid)).toBe(true)
  expect(await readdir(folder)).toHaveLength(1)

  await kafka.stop()
  expect(isAlive(pid)).toBe(false)
  expect(node.pid).toBeUndefined()
  expect(await readdir(folder)).toEqual([])
  await rmdir(folder)
})

it('a setting that Kafka refuses is an error with Kafka’s own words', async () => {
  await expect(startKafka({ nodes: 1, properties: { 'num.partitions': 'many' } })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(/num\.partitions/) as unknown,
  })
})

it('a node that cannot start is an error that quotes its log', async () => {
  await expect(startKafka({ nodes: 1, properties: { 'metric.reporters': 'no.such.Reporter' } })).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringMatching(/ended before it was ready.*no\.such\.Reporter/s) as unknown,
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
