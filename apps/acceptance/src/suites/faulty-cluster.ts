import { clusterAt, type ClusterUnderTest } from './cluster.ts'
import type { FaultyLinks } from './faulty-link.ts'
import { openFaultyTransport } from './faulty-transports.ts'
import type { TransportName } from './transports.ts'
import { withGroupProtocol } from './with-group-protocol.ts'

/** On a busy machine a real Kafka may be silent for a second, with nothing wrong. */
const shortSessionMs = 3_000

/** A real Kafka for the compliance suites: what has to go wrong goes wrong at the client's end of its connections. */
export function faultyCluster(
  name: TransportName,
  brokers: readonly string[],
  links: FaultyLinks,
  groupProtocol: 'classic' | 'consumer' = 'classic',
): ClusterUnderTest {
  const open = (): ReturnType<typeof openFaultyTransport> => openFaultyTransport(name, brokers, links)
  const newTransport = groupProtocol === 'classic' ? open : () => withGroupProtocol(open(), { groupProtocol })
  return clusterAt(brokers, newTransport, shortSessionMs)
}
