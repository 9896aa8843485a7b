import { afterEach, expect, it, vi } from 'vitest'
import { kafkaUnderTest, reasonToSkipFaults } from '../src/index.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('a cluster that KAFKA_BROKERS names is used, and left alone', async () => {
  vi.stubEnv('KAFKA_BROKERS', 'one:9092, two:9092')
  await using kafka = await kafkaUnderTest({ nodes: 3 })
  expect(kafka.bootstrap).toEqual(['one:9092', 'two:9092'])
  expect(kafka.nodes).toEqual([])
  expect(reasonToSkipFaults()).toMatch(/KAFKA_BROKERS/)
})

it('faults can be tested where KAFKA_BROKERS is not set, or empty', () => {
  vi.stubEnv('KAFKA_BROKERS', undefined)
  expect(reasonToSkipFaults()).toBeUndefined()
  vi.stubEnv('KAFKA_BROKERS', ' ')
  expect(reasonToSkipFaults()).toBeUndefined()
})

it.each(['one', 'one:9092,', 'one:port'])('KAFKA_BROKERS=%j is refused', async (list) => {
  vi.stubEnv('KAFKA_BROKERS', list)
  await expect(kafkaUnderTest({ nodes: 1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})
