import type * as Kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type * as TransportKafkajs from '../src/index.ts'

const inside = { cluster: undefined as unknown }
let kafkajsTransport: typeof TransportKafkajs.kafkajsTransport

// Test files share their modules: whoever wants another kafkajs loads the transport anew, and leaves no trace.
beforeAll(async () => {
  vi.resetModules()
  vi.doMock('kafkajs', async (original) => {
    const real = await original<typeof Kafkajs>()
    class Kafka {
      constructor() {
        if (inside.cluster === undefined) return
        Object.assign(this, { [Symbol('private:Kafka:createCluster')]: () => inside.cluster })
      }
    }
    return { ...real, default: { ...(real as unknown as { default: object }).default, Kafka } }
  })
  ;({ kafkajsTransport } = await import('../src/index.ts'))
})

afterAll(() => {
  vi.doUnmock('kafkajs')
  vi.resetModules()
})

it.each([
  ['no maker of clusters', undefined],
  ['no maker of connections', {}],
  ['no maker of brokers', { connectionPoolBuilder: { build: () => undefined } }],
])('a kafkajs of another make (%s) is refused, with what would be right', (_, cluster) => {
  inside.cluster = cluster
  const open = (): unknown => kafkajsTransport({ brokers: ['h:1'] }).openAdmin()
  expect(open).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  expect(open).toThrow(/Install kafkajs@2\.2\.4/)
})

it('a kafkajs whose connections are of another make is refused when the first is opened', async () => {
  inside.cluster = {
    rootLogger: {},
    connectionPoolBuilder: { build: () => Promise.resolve({ pool: [] }) },
    brokerPool: { createBroker: () => ({}) },
  }
  const admin = kafkajsTransport({ brokers: ['h:1'] }).openAdmin()
  await expect(admin.listTopics()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})
