import { type Broker, startBroker } from '@partita/broker'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { compare } from '../src/differential/compare.ts'
import { scenarios } from '../src/differential/scenarios/index.ts'

// The same requests to the embedded broker and to a real Kafka, and the answers compared field by field.

let broker: Broker

beforeAll(async () => {
  broker = await startBroker({ configs: { 'group.min.session.timeout.ms': 1_000 } })
})
afterAll(() => broker.close())

describe.each([1, 2, 3, 4])('seed %i: the embedded broker answers as Kafka does', (seed) => {
  it.each(Object.entries(scenarios))('%s', async (name, scenario) => {
    const addresses = [broker.bootstrap[0]!, inject('bootstrap')[0]!] as const
    const { steps, differences } = await compare({ addresses, scenarios: { [name]: scenario }, seed })
    expect(steps).toBeGreaterThan(5)
    expect(differences).toEqual([])
  })
})
