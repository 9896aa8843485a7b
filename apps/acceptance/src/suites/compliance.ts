import { describe, it } from 'vitest'
import {
  adminTransportCases,
  consumerTransportCases,
  producerTransportCases,
  reasonToSkip,
  type ClusterFaults,
  type ComplianceCase,
  type TransportHarness,
} from '@partita/testing'
import type { ClusterUnderTest } from './cluster.ts'

type Port = 'the producer port' | 'the consumer port' | 'the admin port'

const suites: Readonly<Record<Port, readonly ComplianceCase[]>> = {
  'the producer port': producerTransportCases,
  'the consumer port': consumerTransportCases,
  'the admin port': adminTransportCases,
}

const allPorts = Object.keys(suites) as Port[]

/** The compliance suite of the transport ports. What a transport cannot keep is skipped with its own reason. */
export function complianceSuite(
  cluster: () => ClusterUnderTest,
  faults?: ClusterFaults,
  ports: readonly Port[] = allPorts,
): void {
  const chosen = ports.map((port) => [port, suites[port]] as const)
  for (const [port, cases] of chosen) {
    // Most of a case is waiting. But a fault strikes whichever request comes next: those cases run alone.
    describe.concurrent(port, () => run(cases.filter((each) => each.faults === undefined)))
  }
  for (const [port, cases] of chosen) {
    const faulty = cases.filter((each) => each.faults !== undefined)
    if (faulty.length > 0) describe(`${port}, with faults`, () => run(faulty))
  }

  function run(cases: readonly ComplianceCase[]): void {
    for (const each of cases) {
      it(each.name, async (context) => {
        const harness = harnessOf(cluster(), faults)
        const reason = reasonToSkip(each, harness.newTransport(), faults)
        if (reason !== undefined) context.skip(reason)
        await each.run(harness)
      })
    }
  }
}

function harnessOf(cluster: ClusterUnderTest, faults: ClusterFaults | undefined): TransportHarness {
  return {
    newTransport: () => cluster.newTransport(),
    newTopic: (partitions) => cluster.newTopic(partitions),
    newGroupId: () => cluster.newGroupId(),
    shortSessionMs: cluster.shortSessionMs,
    ...(faults && { faults }),
  }
}
