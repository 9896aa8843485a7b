import { choiceOption, integerOption, nameOption, PartitaError, systemClock } from '@partita/protocol'
import type { Broker } from './broker.ts'
import { addressText } from './cluster/address-text.ts'
import { type BrokerCore, createBrokerCore } from './core/broker-core.ts'
import { brokerOver } from './create-broker.ts'
import type { ListenOptions } from './options.ts'
import { listenForNode, type TcpNode } from './node-listener.ts'

/**
 * Starts a broker that listens over TCP, by default at 127.0.0.1 and a port that is free. It takes a few milliseconds.
 * @throws PartitaError `INVALID_OPTION`, `INVALID_CONFIG`, what is wrong with a topic, or `CONNECTION_FAILED` where the
 *   address cannot be bound
 */
export async function startBroker(options: ListenOptions = {}): Promise<Broker> {
  const { host = '127.0.0.1', port = 0, allowRemote = false, advertisedHost, tls, sasl } = options
  integerOption('port', port, { min: 0, max: 65_535 })
  if (advertisedHost !== undefined) nameOption('advertisedHost', advertisedHost)
  if (!allowRemote && !isLoopback(host)) {
    const missing = [...(tls === undefined ? ['encryption'] : []), ...(sasl === undefined ? ['authentication'] : [])]
    const without = missing.length === 0 ? '' : `, and the broker is without ${missing.join(' and without ')}`
    const message =
      `host is ${host}, which other machines may reach${without}. ` +
      'Use localhost, or set allowRemote if that is what you want.'
    throw new PartitaError('INVALID_OPTION', message, { api: 'host' })
  }
  const core = await openCore(options)
  try {
    return await listenFor(core, options)
  } catch (error) {
    await core.close()
    throw error
  }
}

/** The core, over a folder where one is given. What needs files is loaded only then. */
async function openCore(options: ListenOptions): Promise<BrokerCore> {
  const { dataDir, fsync = 'never', clock = systemClock, onWarning: warn = () => undefined } = options
  choiceOption('fsync', fsync, ['never', 'interval', 'always'])
  if (dataDir === undefined) return createBrokerCore(options)
  nameOption('dataDir', dataDir)
  const { openDataFolder } = await import('./storage/open-data-folder.ts')
  const storage = openDataFolder({ dataDir, fsync, clock, warn })
  try {
    return createBrokerCore(options, storage)
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function listenFor(core: BrokerCore, options: ListenOptions): Promise<Broker> {
  const { host = '127.0.0.1', port = 0, advertisedHost, tls } = options
  const { nodes } = core.state.cluster
  if (port > 0) integerOption('port', port, { min: 1, max: 65_536 - nodes.length })
  const toldHost = advertisedHost ?? reachable(host)
  // Clients that wait for the port may come before the last address is bound.
  nodes.forEach((node, i) => core.advertise(node, { host: toldHost, port: port === 0 ? 0 : port + i }))
  const opened: TcpNode[] = []
  const close = async (): Promise<void> => void (await Promise.all(opened.map((each) => each.close())))
  try {
    for (const [i, node] of nodes.entries()) {
      const listener = await listenForNode(core, node, { host, port: port === 0 ? 0 : port + i }, tls)
      opened.push(listener)
      core.attach(node, listener)
      core.advertise(node, { host: toldHost, port: listener.endpoints[0].port })
    }
  } catch (error) {
    await close()
    throw error
  }
  return Object.assign(brokerOver(core, close), {
    bootstrap: nodes.map(({ endpoint }) => addressText(endpoint)),
    addresses: opened.flatMap(({ endpoints }) => endpoints.map(addressText)),
    port: nodes[0]!.endpoint.port,
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** What clients can connect to: as Kafka, the name of this machine where it listens at every address. */
function reachable(host: string): string {
  if (host === 'localhost') return '127.0.0.1'
  return host === '0.0.0.0' || host === '::' ? process.getBuiltinModule('node:os').hostname() : host
}
