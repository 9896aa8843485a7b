import type { TransportGuarantees } from '@partita/protocol'
import type { ClusterUnderTest } from './cluster.ts'

/**
 * The same cluster, of a Kafka that lacks something: its transports say so, and what needs it is skipped.
 *
 * @param missing the guarantees that its Kafka is too old for, each with the reason
 */
export function tooOldFor(
  cluster: ClusterUnderTest,
  missing: Readonly<Partial<Record<keyof TransportGuarantees, string>>>,
): ClusterUnderTest {
  return {
    ...cluster,
    newTransport() {
      const transport = cluster.newTransport()
      return { ...transport, guarantees: { ...transport.guarantees, ...missing } }
    },
  }
}
