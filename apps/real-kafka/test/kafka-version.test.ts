import { expect, it } from 'vitest'
import { startKafka } from '../src/index.ts'
import { needsZooKeeper } from '../src/kafka-version.ts'

it.each([
  ['2.4.1', true],
  ['3.2.3', true],
  ['3.3.0', false],
  ['3.10.0', false],
  ['4.3.1', false],
])('knows whether Kafka %s needs a ZooKeeper: %j', (version, does) => {
  expect(needsZooKeeper(version)).toBe(does)
})

it('refuses several nodes under a ZooKeeper, before anything is fetched', async () => {
  await expect(startKafka({ nodes: 3, version: '2.4.1' })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(/nodes must be 1 for Kafka 2\.4\.1/) as unknown,
  })
})
