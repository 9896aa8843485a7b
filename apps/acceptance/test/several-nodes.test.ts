import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Broker, startBroker } from '@partita/broker'
import { createConsumer } from '@partita/consumer'
import { type FetchedRecord, stringSerde, type TopicPartition } from '@partita/protocol'
import { judgeLog, type LoggedRecord } from '../src/leader-loss/judge-log.ts'
import { sendThroughLeaderLoss } from '../src/leader-loss/run-leader-loss.ts'
import { openTransport, transportNames } from '../src/suites/transports.ts'

const topic = 'orders'
const groupId = 'billing'
const partitions = 6
/** Each blow has so long to tell before the next. */
const pauseMs = 60

describe.each(transportNames)('over %s, on three embedded nodes', (name) => {
  it('leaders move, nodes stop and return: nothing is lost, twice or out of order, written or read', async () => {
    const configs = { 'min.insync.replicas': 2 }
    await using broker = await startBroker({ nodes: 3, topics: { [topic]: { partitions, configs } } })
    const handled: LoggedRecord[] = []
    await using consumer = createConsumer({
      transport: openTransport(name, broker.bootstrap),
      groupId,
      topics: [topic],
      keyDeserializer: stringSerde,
      valueDeserializer: stringSerde,
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: 50,
      fetchMaxWaitMs: 50,
      handler: ({ partition, key, value }) => void handled.push({ partition, key: key!, counter: Number(value) }),
    })
    const running = consumer.run()
    await broker.waitForGroup(groupId, { members: 1, state: 'Stable' })
    let misled = 0
    broker.control.onRequest(({ api, node, partitions: asked }) => {
      const isElsewhere = (place: TopicPartition): boolean =>
        broker.control.leaderOf(place.topic, place.partition) !== node
      if (api === 'Produce' && asked.some(isElsewhere)) misled += 1
    })
    const sends = await sendThroughLeaderLoss({
      transport: openTransport(name, broker.bootstrap),
      topic,
      keys: 40,
      inFlight: 100,
      seconds: 0,
      strikes: [{ atSeconds: 0, act: () => strike(broker, handled) }],
      retryBackoffMs: 20,
    })
    const log = await recordsOf(broker)
    expect(judgeLog(log, sends.acknowledged)).toEqual({
      records: sends.acknowledgedCount,
      lost: 0,
      duplicated: 0,
      outOfOrder: 0,
    })
    expect(sends.failures).toEqual({})
    await expect.poll(() => handled.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(log.length)
    await consumer.close()
    await running
    expect(judgeLog(handled, sends.acknowledged)).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0 })
    // Else nothing was shown.
    expect(misled).toBeGreaterThan(0)
  })
})

/** All leaders move, then nodes go and come back: first the one that keeps the group, then the next one. */
async function strike(broker: Broker, handled: readonly LoggedRecord[]): Promise<void> {
  const { control } = broker
  while (handled.length === 0) await sleep(10)
  const first = control.coordinatorOf('group', groupId)
  const [second, third] = [next(first), next(next(first))] as const
  moveLeaders(broker)
  await sleep(pauseMs)
  await control.stopNode(first)
  await sleep(pauseMs)
  moveLeaders(broker)
  control.moveCoordinator('group', groupId, third)
  await sleep(pauseMs)
  await control.startNode(first)
  moveLeaders(broker)
  await sleep(pauseMs)
  control.moveCoordinator('group', groupId, first)
  await control.stopNode(second)
  await sleep(pauseMs)
  await control.startNode(second)
  await sleep(pauseMs)
}

const next = (node: number): number => (node % 3) + 1

/** Each partition's leader goes one node further that is up. */
function moveLeaders({ control, nodes }: Broker): void {
  for (let partition = 0; partition < partitions; partition++) {
    const to = next(control.leaderOf(topic, partition))
    control.moveLeader(topic, partition, nodes()[to - 1]!.isUp ? to : next(to))
  }
}

/** What is in the log, read from the log itself. */
async function recordsOf(broker: Broker): Promise<LoggedRecord[]> {
  const logs = await Promise.all(Array.from({ length: partitions }, (_, partition) => broker.log(topic, partition)))
  return logs.flatMap((log, partition) =>
    log.map(({ key, value }) => ({ partition, key: text(key), counter: Number(text(value)) })),
  )
}

const text = (bytes: FetchedRecord['key']): string => new TextDecoder().decode(bytes ?? undefined)
