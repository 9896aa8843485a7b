/**
 * Records in, one batch in flight per partition, one result per record.
 *
 * @packageDocumentation
 */

export { createProducer } from './create-producer.ts'
export type { FailurePolicyName, ProducerOptions } from './options.ts'
export type {
  CloseOptions,
  FlushOptions,
  Halted,
  Producer,
  ProducerMetrics,
  ResumeTarget,
  SendOptions,
  Transaction,
  TransactionOptions,
} from './producer.ts'
export type { BatchEvent, ProducerHooks, TransactionEvent } from './hooks.ts'
