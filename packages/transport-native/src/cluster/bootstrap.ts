import { isPartitaError, PartitaError, type Clock } from '@partita/protocol'
import type { BrokerConnection } from '../network/broker-connection.ts'
import type { Endpoint } from '../network/connector.ts'
import type { OpenConnection } from '../network/open-connection.ts'

export interface BootstrapOptions {
  readonly endpoints: readonly Endpoint[]
  readonly clock: Clock
  readonly open: OpenConnection
  readonly signal: AbortSignal
}

/**
 * Makes a connection to one of the addresses that the user gave, and does the first thing with it. They are tried one after
 * the other from a random one on, so that not all clients begin at the same broker.
 *
 * Rejects with `CONNECTION_FAILED`, which says of each address why; at once with an `AUTHENTICATION_FAILED`: the other
 * brokers would refuse us too, and some lock users out who try too often.
 */
export async function bootstrap(
  { endpoints, clock, open, signal }: BootstrapOptions,
  begin: (connection: BrokerConnection) => Promise<void>,
): Promise<void> {
  const first = Math.floor(clock.random() * endpoints.length)
  const failures: PartitaError[] = []
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[(first + i) % endpoints.length]!
    try {
      const connection = await open(endpoint, signal)
      await begin(connection)
      return
    } catch (error) {
      if (!isPartitaError(error) || isFinal(error)) throw error
      failures.push(error)
    }
  }
  throw unreachable(failures, endpoints)
}

function isFinal({ code }: PartitaError): boolean {
  return code === 'AUTHENTICATION_FAILED' || code === 'CLOSED'
}

function unreachable(failures: readonly PartitaError[], endpoints: readonly Endpoint[]): PartitaError {
  const retriable = failures.some((each) => each.retriable)
  const cause = failures.length === 1 ? failures[0] : new AggregateError(failures, 'each address failed')
  const reasons = failures.map(({ message }) => message).join(' ')
  const text = endpoints.length === 1 ? reasons : `None of the ${endpoints.length} brokers can be reached. ${reasons}`
  return new PartitaError('CONNECTION_FAILED', text, { retriable, cause })
}
