import type { RequestInput, ResponseOf, Api } from '@partita/wire'
import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { apiVersionsOf } from '../../src/network/api-versions.ts'
import { BrokerConnection } from '../../src/network/broker-connection.ts'
import { PendingRequest, type PendingRequestOptions } from '../../src/network/pending-request.ts'
import { handled } from './failure.ts'
import { allVersions, FakeBroker, type FakeConnection } from './fake-broker.ts'

/** A connection that is ready, and the broker at its other end. */
export interface Harness {
  readonly clock: VirtualClock
  readonly broker: FakeBroker
  readonly peer: FakeConnection
  readonly connection: BrokerConnection
  request<A extends Api>(api: A, body: RequestInput<A>, more?: Partial<PendingRequestOptions>): Promise<ResponseOf<A>>
}

export const endpoint = { host: 'kafka', port: 9092 }

export async function openHarness(connectionsMaxIdleMs = 540_000): Promise<Harness> {
  const clock = createVirtualClock()
  const broker = new FakeBroker(clock)
  const stream = await broker.connect(endpoint, new AbortController().signal)
  const options = { endpoint, clientId: 'test', clock, requestTimeoutMs: 30_000, connectionsMaxIdleMs }
  const connection = new BrokerConnection(stream, options)
  connection.versions = apiVersionsOf(allVersions(), 'kafka:9092')
  const request = <A extends Api>(
    api: A,
    body: RequestInput<A>,
    more: Partial<PendingRequestOptions> = {},
  ): Promise<ResponseOf<A>> =>
    handled(
      new Promise((resolve, reject) =>
        connection.submit(new PendingRequest({ api, body, clock, timeoutMs: 30_000, ...more }, resolve, reject)),
      ),
    )
  return { clock, broker, peer: broker.connections[0]!, connection, request }
}
