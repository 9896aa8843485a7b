import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConsumer } from '@partita/consumer'
import type { GroupProtocol } from '@partita/protocol'
import { openTransport, type TransportName } from '../suites/transports.ts'
import { formatEvent, type HandlerEvent } from './events.ts'

// One member of the storm's group, a process of its own so that it can be killed: member.js TRANSPORT BROKERS TOPIC GROUP
// PROTOCOL FILE.
const [transport, brokers, topic, groupId, groupProtocol, file] = process.argv.slice(2) as [
  TransportName,
  string,
  string,
  string,
  GroupProtocol,
  string,
]
const output = openSync(file, 'a')
const decoder = new TextDecoder()

function note(event: Omit<HandlerEvent, 'at'>): void {
  writeSync(output, formatEvent({ ...event, at: Number(process.hrtime.bigint()) }))
}

const consumer = createConsumer({
  transport: openTransport(transport, brokers.split(',')),
  groupId,
  groupProtocol,
  topics: [topic],
  ordering: 'key',
  maxConcurrency: 32,
  autoOffsetReset: 'earliest',
  sessionTimeoutMs: 3_000,
  heartbeatIntervalMs: 500,
  rebalanceTimeoutMs: 10_000,
  autoCommitIntervalMs: 250,
  fetchMaxWaitMs: 100,
  closeOnSignals: ['SIGTERM'],
  handler: async ({ key, partition, offset }, { fence, signal }) => {
    const place = { key: decoder.decode(key!), partition, offset, fence }
    note({ kind: 'start', ...place })
    // 1 to 20 ms, the same for a record in every run and in every member.
    await sleep(1 + ((offset * 7 + partition * 13) % 20), undefined, { signal })
    note({ kind: 'end', ...place })
  },
})

// Whoever started this member is gone: so is the member.
process.stdin.once('close', () => process.exit(1)).resume()

let exitCode = 0
try {
  await consumer.run()
} catch (error) {
  console.error(error)
  exitCode = 1
}
process.exit(exitCode)
