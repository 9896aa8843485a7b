import { afterEach, expect, it } from 'vitest'
import { type KafkaCluster, reasonToSkipFaults, startKafka } from '@partita/real-kafka'
import { judgeLog } from '../src/leader-loss/judge-log.ts'
import { sendThroughLeaderLoss } from '../src/leader-loss/run-leader-loss.ts'
import { readLog } from '../src/read-log.ts'
import { openTransport, transportNames } from '../src/suites/transports.ts'

const inFlight = 2_000
let kafka: KafkaCluster | undefined

afterEach(() => kafka?.stop())

it.skipIf(reasonToSkipFaults() !== undefined).each(transportNames)(
  'over %s two leaders are killed while 2,000 sends are in flight: nothing lost, nothing twice, nothing out of order',
  { timeout: 300_000 },
  async (name) => {
    kafka = await startKafka({ nodes: 3 })
    const transport = openTransport(name, kafka.bootstrap)
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
    const failures = JSON.stringify(sends.failures)
    console.log(
      `leader loss over ${name}: ${sends.acknowledgedCount} acknowledged, failures ${failures}, ${JSON.stringify(verdict)}`,
    )
    expect(verdict).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0 })
    expect(sends.failures).toEqual({})
    expect(sends.acknowledgedCount).toBeGreaterThan(inFlight)
  },
)
