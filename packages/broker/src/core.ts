/**
 * The broker in memory alone: what runs in a browser, and nothing that a bundler would have to leave out.
 *
 * @packageDocumentation
 */

export { createBroker } from './create-broker.ts'
export type { GroupExpectation, GroupSnapshot, MemoryBroker, Namespace, TopicSnapshot } from './broker.ts'
export type { BrokerOptions, ConfigValues, TopicOptions } from './options.ts'
export type { GroupState } from './groups/group.ts'
export type { BrokerControl } from './control/broker-control.ts'
export type { Fault, FaultBuilder, FaultRule, ObservedRequest, RequestFilter } from './control/fault-rules.ts'
export type { MemoryConnection } from './memory-connection.ts'
