import { once } from 'node:events'
import { createServer } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { metadataApi } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { type Broker, startBroker } from '../src/index.ts'
import { connectClient } from './api-client.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

/** What a client is told to connect to. */
async function toldBy(broker: Broker): Promise<string[]> {
  const { brokers } = await connectClient(broker).call(metadataApi, 9, { topics: [] })
  return brokers.map(({ host, port }) => `${host}:${port}`)
}

describe('a broker at localhost', () => {
  test('listens at both loopback addresses, and tells the one that every client reaches', async () => {
    await using broker = await startBroker({ host: 'localhost' })
    const { port } = broker
    const both = [`127.0.0.1:${port}`, ...(hasIpv6 ? [`[::1]:${port}`] : [])]
    expect(broker.addresses).toEqual(both)
    expect(broker.bootstrap).toEqual([`127.0.0.1:${port}`])
    expect(await toldBy(broker)).toEqual(broker.bootstrap)
  })

  test.runIf(hasIpv6)('is refused where another program has the port of one address, and keeps none', async () => {
    const other = createServer().listen(0, '::1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const message = `The broker cannot listen at [::1]:${port}: another program listens there.`
    await expect(startBroker({ host: 'localhost', port })).rejects.toMatchObject({ code: 'CONNECTION_FAILED', message })
    await using broker = await startBroker({ port })
    expect(broker.port).toBe(port)
    other.close()
  })
})

describe('what clients are told', () => {
  test('is the address that is listened at', async () => {
    await using broker = await startBroker()
    expect(broker.addresses).toEqual(broker.bootstrap)
    expect(await toldBy(broker)).toEqual(broker.bootstrap)
  })

  test('is the name of this machine where that is every address', async () => {
    await using broker = await startBroker({ host: '0.0.0.0', allowRemote: true })
    expect(broker.bootstrap).toEqual([`${hostname()}:${broker.port}`])
    expect(broker.addresses).toEqual([`0.0.0.0:${broker.port}`])
  })

  test('may be set', async () => {
    await using broker = await startBroker({ advertisedHost: 'kafka.test' })
    expect(await toldBy(broker)).toEqual([`kafka.test:${broker.port}`])
    await expect(startBroker({ advertisedHost: '' })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})
