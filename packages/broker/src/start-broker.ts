import { integerOption, PartitaError } from '@partita/protocol'
import type { Broker } from './broker.ts'
import { createBrokerCore } from './core/broker-core.ts'
import { brokerOver } from './create-broker.ts'
import type { ListenOptions } from './options.ts'

/**
 * Starts a broker that listens over TCP, by default at 127.0.0.1 and a port that is free. It takes a few milliseconds.
 * @throws PartitaError `INVALID_OPTION`, `INVALID_CONFIG`, what is wrong with a topic, or `CONNECTION_FAILED` where the
 *   address cannot be bound
 */
export async function startBroker(options: ListenOptions = {}): Promise<Broker> {
  const { host = '127.0.0.1', port = 0, allowRemote = false } = options
  integerOption('port', port, { min: 0, max: 65_535 })
  if (!allowRemote && !isLoopback(host)) {
    const message =
      `host is ${host}, which other machines may reach, and the broker has neither encryption nor authentication. ` +
      'Use 127.0.0.1, or set allowRemote if that is what you want.'
    throw new PartitaError('INVALID_OPTION', message, { api: 'host' })
  }
  const core = createBrokerCore(options)
  // Loaded when it is needed: all else of this package runs where there are no sockets.
  const { listen } = await import('./tcp-listener.ts')
  const listener = await listen(core, { host, port })
  core.advertise(listener.endpoint)
  const bootstrap = `${bracketed(listener.endpoint.host)}:${listener.endpoint.port}`
  return Object.assign(brokerOver(core, listener.close), { bootstrap: [bootstrap], port: listener.endpoint.port })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
