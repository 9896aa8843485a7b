import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createKafkaNode, type KafkaNode } from '../src/kafka-node.ts'
import { whatWentWrong } from '../src/server-process.ts'

let folder: string
const pids: (number | undefined)[] = []

/** A node whose server is a shell script; nobody listens at its address. */
function nodeRunning(script: string): KafkaNode {
  const node: KafkaNode = createKafkaNode({
    id: 1,
    address: '127.0.0.1:1',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: logFile(),
    onPidChanged: () => pids.push(node.pid),
  })
  return node
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'partita-node-'))
  pids.length = 0
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

it('has a process from start to kill, and says so when it changes', async () => {
  const node = nodeRunning('exec sleep 600')
  expect(node.pid).toBeUndefined()
  await node.start()
  const first = node.pid
  await node.start()
  expect(node.pid).toBe(first)
  await node.kill()
  expect(node.pid).toBeUndefined()
  await node.start()
  const second = node.pid
  await node.stop()
  expect(pids).toEqual([first, undefined, second, undefined])
})

it('may be killed and stopped while it is down', async () => {
  const node = nodeRunning('exit 0')
  await node.kill()
  await node.stop()
  expect(pids).toEqual([])
})

it('is not ready where its server ends, and quotes the log of that start only', async () => {
  const node = nodeRunning(`echo "12:00 [main] ERROR no luck: start $(wc -l < '${logFile()}')"; exit 1`)
  await node.start()
  await expect(node.ready()).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringMatching(/node 1 ended before it was ready.*no luck: start 0/s) as unknown,
  })
  await node.start()
  await expect(node.ready()).rejects.toMatchObject({
    message: expect.stringMatching(/^(?!.*start 0).*no luck: start 1/s) as unknown,
  })
})

it('is not ready where its server does not answer in time', async () => {
  const node = nodeRunning('exec sleep 600')
  await node.start()
  await expect(node.ready(50)).rejects.toMatchObject({
    message: expect.stringMatching(/was not ready after 50 ms\. It logged nothing/) as unknown,
  })
  await node.kill()
})

it('finds the reason of a failure before the farewell of the server', () => {
  const farewell = Array.from({ length: 60 }, (_, i) => `12:00:01 [hook] INFO closing ${i}`)
  const log = ['12:00:00 [main] INFO hello', '12:00:00 [main] ERROR the port is taken', '\tat Server', ...farewell]
  expect(whatWentWrong(log.join('\n'), 2)).toBe('12:00:00 [main] ERROR the port is taken\n\tat Server')
  expect(whatWentWrong(farewell.join('\n'), 1)).toBe('12:00:01 [hook] INFO closing 59')
})

function logFile(): string {
  return join(folder, 'server.log')
}
