/**
 * Batches in, key lanes, handlers, commits.
 *
 * @packageDocumentation
 */

export { createConsumer } from './create-consumer.ts'
export type { Consumer, CloseOptions } from './consumer.ts'
export type { ConsumerOptions, GroupOptions, HandlingOptions, ManualOptions } from './consumer-options.ts'
export type { Ordering } from './lane-table.ts'
export type { ExhaustedHandler, Handler, HandlerContext } from './handler.ts'
export type { NextStep, OnExhausted, RetryPolicy } from './failure-policy.ts'
export type { ConsumerHooks, Warning } from './hooks.ts'
export type { BusyKey, ConsumerMetrics, ConsumerState, PartitionMetrics } from './metrics.ts'
export type { RecordExplanation } from './explain.ts'
export type { PartitionState } from './partition-consumer.ts'

// For tools that read a group's commits.
export type { OffsetMap, OffsetRange } from './offset-map.ts'
export { decodeOffsetMap } from './offset-map.ts'
