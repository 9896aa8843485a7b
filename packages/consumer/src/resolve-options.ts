import { bytesSerde, choiceOption, integerOption, PartitaError, type Clock, type Deserializer } from '@partita/protocol'
import type { BufferLimits } from './back-pressure.ts'
import type { ConsumerOptions, HandlingOptions } from './consumer-options.ts'
import type { OnExhausted, RetryPolicy } from './failure-policy.ts'
import type { Handler } from './handler.ts'
import type { ConsumerHooks } from './hooks.ts'
import type { Ordering } from './lane-table.ts'
import { defaultMetadataMaxBytes } from './offset-map.ts'
import { processSignals } from './process-signals.ts'
import { recordSource, type RecordSource } from './record-source.ts'

/** Options with their defaults, checked. */
export interface ResolvedOptions<K, V> extends BufferLimits {
  readonly transport: ConsumerOptions<K, V>['transport']
  readonly handler: Handler<K, V>
  readonly ordering: Ordering
  readonly maxConcurrency: number
  readonly maxBufferedRecordsPerKey: number
  readonly keyDeserializer: Deserializer<K>
  readonly valueDeserializer: Deserializer<V>
  readonly retry: RetryPolicy
  readonly onExhausted: OnExhausted
  readonly source: RecordSource
  readonly autoCommitIntervalMs: number
  readonly offsetMetadataMaxBytes: number
  readonly closeTimeoutMs: number
  readonly closeOn: AbortSignal | null
  readonly closeOnSignals: readonly string[]
  readonly clock: Clock
  readonly hooks: ConsumerHooks
}

/** @throws PartitaError `INVALID_OPTION`, `INVALID_TOPIC_EXCEPTION`, `UNSUPPORTED` */
export function resolveOptions<K, V>(options: ConsumerOptions<K, V>): ResolvedOptions<K, V> {
  if (typeof options.handler !== 'function') throw invalid('handler', 'a function')
  const int = (name: keyof HandlingOptions, fallback: number, min = 1, max?: number): number =>
    integerOption(name, (options[name] as number | undefined) ?? fallback, max === undefined ? { min } : { min, max })
  const onExhausted = options.onExhausted ?? 'stop'
  if (typeof onExhausted !== 'function') choiceOption('onExhausted', onExhausted, ['stop', 'skip'])
  return {
    transport: options.transport,
    handler: options.handler,
    ordering: choiceOption('ordering', options.ordering ?? 'key', ['key', 'partition', 'unordered']),
    maxConcurrency: int('maxConcurrency', 64),
    keyDeserializer: options.keyDeserializer ?? (bytesSerde as unknown as Deserializer<K>),
    valueDeserializer: options.valueDeserializer ?? (bytesSerde as unknown as Deserializer<V>),
    retry: resolveRetry(options.retry ?? {}),
    onExhausted,
    source: recordSource(options),
    autoCommitIntervalMs: int('autoCommitIntervalMs', 5_000),
    offsetMetadataMaxBytes: int('offsetMetadataMaxBytes', defaultMetadataMaxBytes, 64, 65_536),
    maxBufferedBytes: int('maxBufferedBytes', 67_108_864),
    maxBufferedRecords: int('maxBufferedRecords', 10_000),
    maxBufferedRecordsPerKey: int('maxBufferedRecordsPerKey', 5_000),
    closeTimeoutMs: int('closeTimeoutMs', 30_000),
    closeOn: options.closeOn ?? null,
    closeOnSignals: processSignals(options.closeOnSignals ?? []),
    clock: options.clock ?? options.transport.clock,
    hooks: options.hooks ?? {},
  }
}

function resolveRetry(retry: Partial<RetryPolicy>): RetryPolicy {
  const { maxAttempts = Infinity, backoffMs = 100, backoffMaxMs = 10_000 } = retry
  if (maxAttempts !== Infinity) integerOption('retry.maxAttempts', maxAttempts, { min: 1 })
  integerOption('retry.backoffMs', backoffMs, { min: 0 })
  integerOption('retry.backoffMaxMs', backoffMaxMs, { min: backoffMs })
  return { maxAttempts, backoffMs, backoffMaxMs }
}

function invalid(name: string, expected: string): PartitaError {
  return new PartitaError('INVALID_OPTION', `${name} must be ${expected}.`, { api: name })
}
