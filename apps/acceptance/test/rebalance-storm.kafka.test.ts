import { expect, inject, it } from 'vitest'
import { seededRandom } from '@partita/testing'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { runStorm } from '../src/storm/run-storm.ts'
import { clusterAt } from '../src/suites/cluster.ts'

const seconds = 60
const seed = Number(process.env['PARTITA_SEED'] ?? Date.now() % 1_000_000)

it(
  `members join, leave and are killed for ${seconds} s: one handler a key at a time, no record lost`,
  { timeout: 240_000 },
  async () => {
    const brokers = inject('bootstrap')
    const newTransport = () => kafkajsTransport({ brokers: [...brokers] })
    const cluster = clusterAt(brokers, newTransport)
    const topic = await cluster.newTopic(12)
    const report = await runStorm({
      transport: newTransport(),
      brokers,
      topic,
      groupId: cluster.newGroupId(),
      seconds,
      random: seededRandom(seed),
    })
    const { overlaps, disorders, lost, failures, ...counts } = report
    console.log(`rebalance storm, seed ${seed}: ${JSON.stringify(counts)}`)
    expect({ overlaps, disorders, lost, failures }).toEqual({ overlaps: [], disorders: [], lost: [], failures: [] })
    expect(report.killed).toBeGreaterThan(0)
    expect(report.stopped).toBeGreaterThan(0)
  },
)
