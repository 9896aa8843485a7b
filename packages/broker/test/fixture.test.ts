import * as nodeTest from 'node:test'
import * as vitest from 'vitest'
import { joinGroupApi, metadataApi, offsetCommitApi } from '@partita/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useBroker } from '../src/fixture/index.ts'
import { knownHooks, type TestHooks } from '../src/fixture/test-hooks.ts'
import { createBroker } from '../src/index.ts'
import { connectClient } from './api-client.ts'

describe('a fixture under vitest', () => {
  const kafka = useBroker({ hooks: vitest, topics: { shared: 1 } })
  const prefixes: string[] = []

  test('has neither broker nor namespace before its time, and says when', () => {
    expect(() => useBroker({ hooks: inert }).broker).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(() => useBroker({ hooks: inert }).namespace).toThrow('broker.namespace()')
  })

  test('has a broker, at an address', async () => {
    expect(kafka.bootstrap).toEqual([`127.0.0.1:${kafka.broker.port}`])
    kafka.namespace.topic('orders', 12)
    kafka.broker.control.on({ api: 'Metadata' }).always().swallow()
    prefixes.push(kafka.namespace.prefix)
  })

  test('has names of its own for each test, and nothing of the test before', () => {
    expect(prefixes).not.toContain(kafka.namespace.prefix)
    expect(kafka.broker.topics()).toEqual([{ name: 'shared', partitions: 1 }])
    expect(kafka.broker.control.rules).toEqual([])
  })
})

describe('a fixture of several nodes', () => {
  const kafka = useBroker({ hooks: vitest, nodes: 2 })

  test('lets a test stop one', async () => {
    expect(kafka.bootstrap).toHaveLength(2)
    await kafka.broker.control.stopNode(2)
  })

  test('has all of them again for the next', () => {
    expect(kafka.broker.nodes().map(({ isUp }) => isUp)).toEqual([true, true])
  })
})

describe('a fixture that is asked for in a describe', () => {
  let kafka: ReturnType<typeof useBroker>

  describe('of its own', () => {
    kafka = useBroker({ hooks: vitest })
    beforeAll(() => expect(kafka.broker.topics()).toEqual([]))
    afterAll(() => expect(kafka.broker.port).toBeGreaterThan(0))
    test('is there', () => expect(kafka.namespace.prefix).toBe('test-1-'))
  })

  test('ends with it', () => {
    expect(() => kafka.broker).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })
})

const inert: TestHooks = { before: () => 0, after: () => 0, beforeEach: () => 0, afterEach: () => 0 }

describe('the hooks of a test runner', () => {
  test("may be a module's: vitest's, or node:test's, which has other names", () => {
    expect(knownHooks(vitest).beforeAll).toBe(vitest.beforeAll)
    expect(knownHooks(nodeTest)).toEqual({
      beforeAll: nodeTest.before,
      afterAll: nodeTest.after,
      beforeEach: nodeTest.beforeEach,
      afterEach: nodeTest.afterEach,
    })
  })

  test('may be global', () => {
    for (const [name, hook] of Object.entries(inert)) vitest.vi.stubGlobal(name, hook)
    expect(knownHooks().beforeAll).toBe(inert.before)
    vitest.vi.unstubAllGlobals()
  })

  test('are asked for where they are neither', () => {
    expect(() => useBroker()).toThrow(
      'There is no beforeAll (or before), afterAll (or after), beforeEach, afterEach here',
    )
    const { afterEach: _, ...others } = inert
    expect(() => useBroker({ hooks: others })).toThrow('There is no afterEach here. Hand in the hooks')
  })
})

describe('a namespace', () => {
  test('gives names that no other has, and the same name again for the same thing', async () => {
    await using broker = createBroker()
    const [first, second] = [broker.namespace(), broker.namespace('billing')]
    expect([first.prefix, second.prefix]).toEqual(['test-1-', 'billing-2-'])
    expect(first.topic('orders', 3, { 'cleanup.policy': 'compact' })).toBe('test-1-orders')
    expect(first.name('orders')).toBe('test-1-orders')
    expect([second.group(), second.group('audit')]).toEqual(['billing-2-group', 'billing-2-audit'])
    expect(first.topics()).toEqual([{ name: 'test-1-orders', partitions: 3 }])
    expect(second.topics()).toEqual([])
    expect(() => first.topic('orders')).toThrow(expect.objectContaining({ code: 'TOPIC_ALREADY_EXISTS' }))
    expect(() => broker.namespace('')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  test('deletes what is under its names, also what clients made, and nothing else', async () => {
    await using broker = createBroker({ topics: { shared: 1 } })
    const [mine, other] = [broker.namespace(), broker.namespace()]
    const client = connectClient(broker)
    const topics = [{ name: mine.topic('orders') }, { name: mine.name('asked-for') }, { name: other.name('kept') }]
    await client.call(metadataApi, 9, { topics })
    for (const groupId of [mine.group(), other.group()]) {
      const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }]
      await client.call(offsetCommitApi, 5, { groupId, topics: [{ name: 'shared', partitions }] })
    }
    expect(mine.topics()).toHaveLength(2)
    expect(mine.groups()).toHaveLength(1)
    mine.delete()
    expect(broker.topics().map(({ name }) => name)).toEqual(['shared', 'test-2-kept'])
    expect(broker.groups().map(({ groupId }) => groupId)).toEqual(['test-2-group'])
  })

  test('leaves a group that somebody is still in, and lists it', async () => {
    await using broker = createBroker()
    const namespace = broker.namespace()
    const protocols = [{ name: 'range', metadata: new Uint8Array() }]
    const join = { groupId: namespace.group(), sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '' }
    await connectClient(broker).call(joinGroupApi, 2, { ...join, protocolType: 'consumer', protocols })
    namespace.delete()
    expect(namespace.groups()).toMatchObject([{ groupId: 'test-1-group', members: { length: 1 } }])
  })

  test('ends with the block that it is used in', async () => {
    await using broker = createBroker()
    {
      using namespace = broker.namespace()
      namespace.topic('orders')
      expect(broker.topics()).toHaveLength(1)
    }
    expect(broker.topics()).toEqual([])
  })
})
