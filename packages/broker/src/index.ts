/**
 * A Kafka broker in your process: topics, groups, idempotent producers and transactions, over TCP or in memory.
 *
 * @packageDocumentation
 */

// For everyone.
export { startBroker } from './start-broker.ts'
export { createBroker } from './create-broker.ts'
export type {
  Broker,
  GroupExpectation,
  GroupSnapshot,
  MemoryBroker,
  Namespace,
  NodeSnapshot,
  TopicSnapshot,
} from './broker.ts'
export type { BrokerOptions, ConfigValues, ListenOptions, NodeOptions, TlsOptions, TopicOptions } from './options.ts'
export type { SaslMechanism, SaslOptions, TokenValidator, ValidToken } from './sasl/sasl-options.ts'
export type { GroupState } from './groups/group.ts'

// For tests that cause faults, move leaders or watch requests.
export type { BrokerControl } from './control/broker-control.ts'
export type { NodeControl } from './cluster/node-control.ts'
export type { CoordinatorKind } from './cluster/cluster.ts'
export type {
  Alteration,
  Fault,
  FaultBuilder,
  FaultRule,
  ObservedRequest,
  RequestFilter,
} from './control/fault-rules.ts'

// For transports without sockets.
export type { MemoryConnection } from './memory-connection.ts'
