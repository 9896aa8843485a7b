import { expect, it } from 'vitest'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { reasonToSkipFaults, startKafka } from '@partita/real-kafka'
import { judgeLog } from '../src/leader-loss/judge-log.ts'
import { sendThroughLeaderLoss } from '../src/leader-loss/run-leader-loss.ts'
import { readLog } from '../src/read-log.ts'

const inFlight = 2_000

it.skipIf(reasonToSkipFaults() !== undefined)(
  'two leaders are killed while 2,000 sends are in flight: nothing lost, nothing twice, nothing out of order',
  { timeout: 300_000 },
  async () => {
    await using kafka = await startKafka({ nodes: 3 })
    const transport = kafkajsTransport({ brokers: kafka.bootstrap })
    const topic = 'leader-loss'
    const admin = transport.openAdmin()
    await admin.createTopics([{ topic, numPartitions: 12, replicationFactor: 3 }])
    await admin.close()
    const [first, second] = kafka.nodes
    const sends = await sendThroughLeaderLoss({
      transport,
      topic,
      keys: 300,
      inFlight,
      seconds: 20,
      strikes: [
        { atSeconds: 4, act: () => first!.kill() },
        { atSeconds: 8, act: () => first!.start() },
        { atSeconds: 12, act: () => second!.kill() },
        { atSeconds: 16, act: () => second!.start() },
      ],
    })
    const log = await readLog(kafka.bootstrap, topic)
    const verdict = judgeLog(
      log.map(({ partition, key, value }) => ({ partition, key: key!, counter: Number(value) })),
      sends.acknowledged,
    )
    console.log(
      `leader loss: ${sends.acknowledgedCount} acknowledged, failures ${JSON.stringify(sends.failures)}, ${JSON.stringify(verdict)}`,
    )
    expect(verdict).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0 })
    expect(sends.failures).toEqual({})
    expect(sends.acknowledgedCount).toBeGreaterThan(inFlight)
  },
)
