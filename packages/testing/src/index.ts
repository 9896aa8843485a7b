/**
 * What tests of Partita, and of what stands on it, are made with.
 *
 * @packageDocumentation
 */

// For everyone.
export type { VirtualClock, VirtualClockOptions } from './virtual-clock.ts'
export { createVirtualClock, seededRandom } from './virtual-clock.ts'

// For implementations of a port.
export type { ClusterFaults, ComplianceCase, TransportHarness } from './compliance.ts'
export { reasonToSkip } from './compliance.ts'
export { expectRejection, expectSame, expectThat } from './expect.ts'
