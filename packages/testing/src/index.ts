/**
 * What tests of Partita, and of what stands on it, are made with.
 *
 * @packageDocumentation
 */

// For everyone.
export type { VirtualClock, VirtualClockOptions } from './virtual-clock.ts'
export { createVirtualClock, seededRandom } from './virtual-clock.ts'
export type {
  DeliverOptions,
  ScriptedAssignment,
  ScriptedConsumerTransport,
  ScriptedConsumerTransportOptions,
} from './scripted-consumer-transport.ts'
export type { CommitOutcome } from './scripted-consumer/scripted-commits.ts'
export type { ScriptedRecord } from './scripted-consumer/scripted-record.ts'
export { createScriptedConsumerTransport } from './scripted-consumer-transport.ts'
export type { ScriptedProducerTransport, ScriptedProducerTransportOptions } from './scripted-producer-transport.ts'
export type { ScriptedStep, TransactionStep } from './scripted-producer/scripted-transactions.ts'
export { createScriptedProducerTransport } from './scripted-producer-transport.ts'
export type {
  ScriptedMetadata,
  ScriptedOutcome,
  ScriptedWrite,
  StoredRecord,
} from './scripted-producer/scripted-cluster.ts'

// For implementations of a port.
export type { ClusterFaults, ComplianceCase, TransportHarness } from './compliance.ts'
export { reasonToSkip } from './compliance.ts'
export { producerTransportCases } from './producer-transport-cases.ts'
export { consumerTransportCases } from './consumer-transport-cases.ts'
export { adminTransportCases } from './admin-transport-cases.ts'
export { expectRejection, expectSame, expectThat } from './expect.ts'
