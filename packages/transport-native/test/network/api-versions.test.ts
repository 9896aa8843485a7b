import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '@partita/testing'
import { apiVersionsApi, fetchApi, listGroupsApi, produceApi } from '@partita/wire'
import { apiVersionsOf } from '../../src/network/api-versions.ts'
import { askApiVersions } from '../../src/network/ask-api-versions.ts'
import { BrokerConnection } from '../../src/network/broker-connection.ts'
import { endpoint } from './connection-harness.ts'
import { handled } from './failure.ts'
import { FakeBroker, silence } from './fake-broker.ts'

async function connected(broker: FakeBroker, clock = createVirtualClock()): Promise<BrokerConnection> {
  const stream = await broker.connect(endpoint, new AbortController().signal)
  return new BrokerConnection(stream, {
    endpoint,
    clientId: 'test',
    clock,
    requestTimeoutMs: 30_000,
    connectionsMaxIdleMs: 540_000,
  })
}

describe('the version of a request', () => {
  const versions = apiVersionsOf(
    [
      { apiKey: produceApi.key, minVersion: 0, maxVersion: 9 },
      { apiKey: listGroupsApi.key, minVersion: 3, maxVersion: 99 },
      { apiKey: fetchApi.key, minVersion: 0, maxVersion: 3 },
    ],
    'kafka:9092',
  )

  it('is the highest that both sides know', () => {
    expect(versions.versionOf(produceApi)).toBe(9)
    expect(versions.versionOf(listGroupsApi)).toBe(listGroupsApi.versions[1])
    expect(versions.versionOf(produceApi)).toBe(9)
  })

  it('is no higher than a request can be sent in', () => {
    expect(versions.versionOf(listGroupsApi, 4)).toBe(4)
    expect(versions.versionOf(produceApi, 12)).toBe(9)
    expect(() => versions.versionOf(listGroupsApi, 2)).toThrow(
      /ListGroups.*this client knows 0 to 2, the broker serves 3 to 99/,
    )
  })

  it('is refused by name where there is none, with both ranges', () => {
    const refusal = expect.objectContaining({ code: 'UNSUPPORTED_VERSION', retriable: false })
    expect(() => versions.versionOf(fetchApi)).toThrow(refusal as Error)
    expect(() => versions.versionOf(fetchApi)).toThrow(/Fetch.*this client knows 4 to 18, the broker serves 0 to 3/)
    expect(() => versions.versionOf(apiVersionsApi)).toThrow(/ApiVersions.*the broker does not serve it/)
  })
})

describe('asking a broker for its versions', () => {
  it('says who asks, in version 3', async () => {
    const clock = createVirtualClock()
    const broker = new FakeBroker(clock)
    const asked = handled(askApiVersions(await connected(broker, clock)))
    await clock.settle()
    expect((await asked).versionOf(produceApi)).toBe(produceApi.versions[1])
    expect(broker.requests).toMatchObject([
      { name: 'ApiVersions', apiVersion: 3, body: { clientSoftwareName: 'partita', clientSoftwareVersion: '1' } },
    ])
  })

  it('falls back to version 0 where the broker is older', async () => {
    const clock = createVirtualClock()
    // Brokers refuse in the form of version 0, with their range of this one API (KIP-511).
    const broker = new FakeBroker(clock).on('ApiVersions', (request, connection) => {
      const apiKeys = [{ apiKey: produceApi.key, minVersion: 0, maxVersion: 5 }]
      connection.answer({ ...request, apiVersion: 0 }, { errorCode: request.apiVersion === 0 ? 0 : 35, apiKeys })
      return silence
    })
    const asked = handled(askApiVersions(await connected(broker, clock)))
    await clock.settle()
    expect((await asked).versionOf(produceApi)).toBe(5)
    expect(broker.requests.map(({ apiVersion }) => apiVersion)).toEqual([3, 0])
  })
})
