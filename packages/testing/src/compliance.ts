import type { Transport, TransportGuarantees } from '@partita/protocol'

/**
 * One thing that an implementation of a port must do, as a test of any runner:
 *
 *     for (const { name, run } of producerTransportCases) {
 *       it.skipIf(reasonToSkip(…))(name, () => run(harness))
 *     }
 */
export interface ComplianceCase {
  /** What the implementation does, as a sentence: `an explicit partition that does not exist is refused`. */
  readonly name: string
  /** Guarantees that this case is about. Where the transport lacks one, the case is skipped with the transport's reason. */
  readonly needs?: readonly (keyof TransportGuarantees)[]
  /** Faults that the case has to cause. Where the harness cannot cause them, the case is skipped. */
  readonly faults?: readonly (keyof ClusterFaults)[]
  run(harness: TransportHarness): Promise<void>
}

/** What a test gives to the cases: a transport, and a cluster to talk to. */
export interface TransportHarness {
  /** A new transport to the same cluster; the case closes the sessions that it opens. */
  newTransport(): Transport
  /** Creates a topic that nobody else uses, and gives its name. */
  newTopic(partitions: number): Promise<string>
  /** A group id that nobody else uses. */
  newGroupId(): string
  /** The session of members that are to outlast it: more where a busy machine may be silent for so long. Default 1,000. */
  readonly shortSessionMs?: number
  /** What the harness can do to the cluster. */
  readonly faults?: ClusterFaults
}

/** Faults by name. A harness has those it can cause. */
export interface ClusterFaults {
  /** The next Produce request is carried out, but its answer is lost together with the connection. */
  loseNextProduceAnswer?(): void
  /** The next Produce request is answered with NOT_LEADER_OR_FOLLOWER and not carried out. */
  refuseNextProduce?(): void
  /** The next EndTxn request is carried out, but its answer is lost together with the connection. */
  loseNextEndTxnAnswer?(): void
}

/** Why a case cannot be run with this transport and harness; `undefined` where it can. */
export function reasonToSkip(
  test: ComplianceCase,
  transport: Transport,
  faults: ClusterFaults = {},
): string | undefined {
  for (const guarantee of test.needs ?? []) {
    const kept = transport.guarantees[guarantee]
    if (kept !== true) return `${transport.name} does not keep "${guarantee}": ${kept}`
  }
  for (const fault of test.faults ?? []) {
    if (faults[fault] === undefined) return `the harness cannot cause "${fault}"`
  }
  return undefined
}
