import { once } from 'node:events'
import { connect, createServer } from 'node:net'
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

describe('several nodes', () => {
  test('listen at addresses of their own, and have them again when they are back', async () => {
    await using broker = await startBroker({ nodes: 3, host: 'localhost', topics: { t: 3 } })
    expect(broker.bootstrap).toEqual(broker.nodes().map(({ host, port }) => `${host}:${port}`))
    expect(new Set(broker.bootstrap).size).toBe(3)
    expect(broker.addresses).toHaveLength(hasIpv6 ? 6 : 3)
    expect(await toldBy(broker)).toEqual(broker.bootstrap)
    const [, second] = broker.nodes()
    const socket = connect(second!.port, '127.0.0.1')
    await once(socket, 'connect')
    const cut = once(socket, 'close')
    await broker.control.stopNode(2)
    await cut
    const refused = connect(second!.port, '127.0.0.1')
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    // However they are called, what was called last holds.
    await Promise.all([broker.control.startNode(2), broker.control.stopNode(2), broker.control.startNode(2)])
    const again = connect(second!.port, '127.0.0.1')
    await once(again, 'connect')
    again.destroy()
    expect(broker.nodes()[1]).toEqual(second)
  })

  test('take the ports behind the first, or none where one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await expect(startBroker({ nodes: 2, port: port - 1 })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    await expect(startBroker({ nodes: 2, port: 65_535 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    other.close()
    await using broker = await startAtNeighbours(port)
    expect(broker.bootstrap).toEqual([`127.0.0.1:${broker.port}`, `127.0.0.1:${broker.port + 1}`])
  })

  test('stay down where somebody has taken their address, and when the broker closes', async () => {
    const broker = await startBroker({ nodes: 2 })
    const { port } = broker.nodes()[1]!
    await broker.control.stopNode(2)
    const thief = createServer().listen(port, '127.0.0.1')
    await once(thief, 'listening')
    await expect(broker.control.startNode(2)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(broker.nodes()[1]!.isUp).toBe(false)
    thief.close()
    await once(thief, 'close')
    const starting = broker.control.startNode(2)
    await broker.close()
    await starting.catch(() => undefined)
    await expect(broker.control.startNode(2)).rejects.toMatchObject({ code: 'CLOSED' })
    const refused = connect(port, '127.0.0.1')
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

/** Two nodes at a port somewhere below this one and the next: other programs have ports too. */
async function startAtNeighbours(below: number): Promise<Broker> {
  for (let port = below - 1; ; port -= 2) {
    try {
      return await startBroker({ nodes: 2, port })
    } catch (error) {
      if ((error as { code?: string }).code !== 'CONNECTION_FAILED' || port < below - 100) throw error
    }
  }
}
