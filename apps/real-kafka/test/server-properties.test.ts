import { expect, it } from 'vitest'
import { newClusterId } from '../src/format-node.ts'
import { propertiesText, serverProperties } from '../src/server-properties.ts'

const places = [1, 2, 3].map((id) => ({ id, port: 20_000 + id, controllerPort: 21_000 + id, extraPorts: {} }))

it('a lone node listens on 127.0.0.1 only, keeps one copy, and is not fenced in a hurry', () => {
  const properties = serverProperties(places[0]!, [places[0]!], 'kraft', '/data', {})
  expect(properties).toMatchObject({
    listeners: 'PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:21001',
    'controller.quorum.voters': '1@127.0.0.1:21001',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'transaction.state.log.min.isr': 1,
  })
  expect(properties).not.toHaveProperty(['broker.session.timeout.ms'])
})

it('three nodes vote together, keep three copies, and lose one without a write being refused', () => {
  expect(serverProperties(places[1]!, places, 'kraft', '/data', {})).toMatchObject({
    'node.id': 2,
    'controller.quorum.voters': '1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003',
    'default.replication.factor': 3,
    'min.insync.replicas': 2,
    'offsets.topic.replication.factor': 3,
    'broker.session.timeout.ms': 3000,
  })
})

it('other listeners stand beside the plain one, which is the brokers’ own', () => {
  const place = { ...places[0]!, extraPorts: { SASL_SSL: 22_001 } }
  const listeners = 'PLAINTEXT://127.0.0.1:20001,SASL_SSL://127.0.0.1:22001,CONTROLLER://127.0.0.1:21001'
  expect(serverProperties(place, [place], 'kraft', '/data', {})).toMatchObject({ listeners })
})

it('a node under a ZooKeeper is no controller, and finds it where its controller would be', () => {
  const properties = serverProperties(places[0]!, [places[0]!], 'zookeeper', '/data', {})
  expect(properties).toMatchObject({
    'broker.id': 1,
    'zookeeper.connect': '127.0.0.1:21001',
    listeners: 'PLAINTEXT://127.0.0.1:20001',
  })
  expect(properties).not.toHaveProperty(['process.roles'])
})

it('what the caller sets wins', () => {
  const properties = serverProperties(places[0]!, places, 'kraft', '/data', {
    'min.insync.replicas': 1,
    'num.partitions': 7,
  })
  expect(properties).toMatchObject({ 'min.insync.replicas': 1, 'num.partitions': 7 })
})

it('writes a line for each setting, and keeps backslashes', () => {
  expect(propertiesText({ a: 1, b: true, c: 'x\\y' })).toBe('a=1\nb=true\nc=x\\\\y\n')
})

it('makes cluster ids that Kafka takes, and never the same', () => {
  const ids = Array.from({ length: 200 }, newClusterId)
  for (const id of ids) expect(id).toMatch(/^[A-Za-f][\w-]{21}$/)
  expect(new Set(ids).size).toBe(200)
})
