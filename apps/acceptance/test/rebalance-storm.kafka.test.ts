import { expect, inject, it } from 'vitest'
import type { GroupProtocol } from '@partita/protocol'
import { reasonToSkipFaults } from '@partita/real-kafka'
import { seededRandom } from '@partita/testing'
import { runStorm } from '../src/storm/run-storm.ts'
import { clusterAt } from '../src/suites/cluster.ts'
import { openTransport, transportNames, type TransportName } from '../src/suites/transports.ts'

const seconds = 60
const seed = Number(process.env['PARTITA_SEED'] ?? Date.now() % 1_000_000)

// Somebody else's Kafka may have no groups of the consumer protocol.
const ways: readonly (readonly [TransportName, GroupProtocol])[] = [
  ...transportNames.map((name) => [name, 'classic'] as const),
  ...(reasonToSkipFaults() === undefined ? ([['native', 'consumer']] as const) : []),
]

it.each(ways)(
  `over %s, by the %s protocol, members join, leave and are killed for ${seconds} s: one handler a key at a time, no record lost`,
  { timeout: 240_000 },
  async (transport, groupProtocol) => {
    const brokers = inject('bootstrap')
    const cluster = clusterAt(brokers, () => openTransport(transport, brokers))
    const topic = await cluster.newTopic(12)
    const groupId = cluster.newGroupId()
    const report = await runStorm({
      transport,
      brokers,
      topic,
      groupId,
      groupProtocol,
      seconds,
      random: seededRandom(seed),
    })
    const { overlaps, disorders, lost, failures, ...counts } = report
    console.log(`rebalance storm over ${transport} (${groupProtocol}), seed ${seed}: ${JSON.stringify(counts)}`)
    expect({ overlaps, disorders, lost, failures }).toEqual({ overlaps: [], disorders: [], lost: [], failures: [] })
    expect(report.killed).toBeGreaterThan(0)
    expect(report.stopped).toBeGreaterThan(0)
  },
)
