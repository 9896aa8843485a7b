import type { Acks, CompressionType } from '@partita/protocol'
import { choiceOption, integerOption, nameOption, PartitaError } from '@partita/protocol'
import type { FailurePolicyName, ProducerOptions } from './options.ts'

/** The options that are numbers and choices, checked and complete. */
export interface ProducerSettings {
  readonly acks: Acks
  readonly enableIdempotence: boolean
  readonly transactionalId: string | undefined
  readonly transactionTimeoutMs: number
  readonly compressionType: CompressionType
  readonly lingerMs: number
  readonly batchSize: number
  readonly maxBatchRecords: number
  readonly bufferMemory: number
  readonly maxBlockMs: number
  readonly maxRequestSize: number
  readonly deliveryTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly retries: number
  readonly metadataMaxAgeMs: number
  readonly onFailure: FailurePolicyName
  readonly maxHaltedKeys: number
}

type Options = ProducerOptions<never, never>

/** What a timer can hold: 2^31 - 1 milliseconds, nearly 25 days. */
const longest = 0x7fffffff

/**
 * Checks the options and fills in the defaults.
 * @throws PartitaError `INVALID_OPTION`; `UNSUPPORTED` where idempotence or transactions are asked of a transport that cannot
 */
export function checkOptions(options: Options): ProducerSettings {
  const milliseconds = (name: keyof Options, byDefault: number): number =>
    integerOption(name, (options[name] as number | undefined) ?? byDefault, { min: 0, max: longest })
  const count = (name: keyof Options, byDefault: number): number =>
    integerOption(name, (options[name] as number | undefined) ?? byDefault, { min: 1 })

  const acks = checkAcks(options.acks)
  const lingerMs = milliseconds('lingerMs', 0)
  const requestTimeoutMs = milliseconds('requestTimeoutMs', 30_000)
  const retryBackoffMs = milliseconds('retryBackoffMs', 100)
  const maxRequestSize = count('maxRequestSize', 1_048_576)
  const enableIdempotence = checkIdempotence(options, acks)
  return {
    acks,
    enableIdempotence,
    transactionalId: checkTransactionalId(options, enableIdempotence),
    transactionTimeoutMs: integerOption('transactionTimeoutMs', options.transactionTimeoutMs ?? 60_000, {
      min: 1,
      max: longest,
    }),
    compressionType: choiceOption('compressionType', options.compressionType ?? 'none', [
      'none',
      'gzip',
      'snappy',
      'lz4',
      'zstd',
    ]),
    lingerMs,
    batchSize: Math.min(count('batchSize', 1_000_000), maxRequestSize),
    maxBatchRecords: count('maxBatchRecords', 10_000),
    bufferMemory: count('bufferMemory', 33_554_432),
    maxBlockMs: milliseconds('maxBlockMs', 60_000),
    maxRequestSize,
    deliveryTimeoutMs: checkDeliveryTimeout(options.deliveryTimeoutMs, lingerMs, requestTimeoutMs),
    requestTimeoutMs,
    retryBackoffMs,
    retryBackoffMaxMs: Math.max(retryBackoffMs, milliseconds('retryBackoffMaxMs', 1_000)),
    retries: integerOption('retries', options.retries ?? Number.MAX_SAFE_INTEGER, { min: 0 }),
    metadataMaxAgeMs: milliseconds('metadataMaxAgeMs', 300_000),
    onFailure: choiceOption('onFailure', options.onFailure ?? 'halt-key', ['halt-key', 'halt-partition', 'continue']),
    maxHaltedKeys: count('maxHaltedKeys', 100_000),
  }
}

function checkAcks(acks: Options['acks'] = 'all'): Acks {
  const checked = choiceOption<'all' | Acks>('acks', acks, ['all', -1, 0, 1])
  return checked === 'all' ? -1 : checked
}

function checkIdempotence({ enableIdempotence, transport }: Options, acks: Acks): boolean {
  const possible = transport.guarantees.idempotentWrites
  if (enableIdempotence === undefined) return possible === true && acks === -1
  if (typeof enableIdempotence !== 'boolean') {
    throw new PartitaError(
      'INVALID_OPTION',
      `enableIdempotence must be true or false; got ${typeof enableIdempotence}.`,
      {
        api: 'enableIdempotence',
      },
    )
  }
  if (enableIdempotence && acks !== -1) {
    throw new PartitaError(
      'INVALID_OPTION',
      `enableIdempotence needs acks 'all'; got ${acks}. Leave one of the two options out.`,
      { api: 'enableIdempotence' },
    )
  }
  if (enableIdempotence && possible !== true) {
    throw new PartitaError(
      'UNSUPPORTED',
      `The transport "${transport.name}" cannot store a retried batch only once: ${possible} ` +
        'Leave enableIdempotence out, or take a transport that can.',
      { api: 'enableIdempotence' },
    )
  }
  return enableIdempotence
}

function checkTransactionalId({ transactionalId, transport }: Options, isIdempotent: boolean): string | undefined {
  if (transactionalId === undefined) return undefined
  nameOption('transactionalId', transactionalId)
  const possible = transport.guarantees.transactions
  if (possible !== true) {
    throw new PartitaError('UNSUPPORTED', `The transport "${transport.name}" has no transactions: ${possible}`, {
      api: 'transactionalId',
    })
  }
  if (isIdempotent) return transactionalId
  const text = "transactionalId needs enableIdempotence, and with it acks 'all'. Leave both at their defaults."
  throw new PartitaError('INVALID_OPTION', text, { api: 'transactionalId' })
}

function checkDeliveryTimeout(given: number | undefined, lingerMs: number, requestTimeoutMs: number): number {
  const least = lingerMs + requestTimeoutMs
  const timeout = integerOption('deliveryTimeoutMs', given ?? Math.max(120_000, least), { min: 0, max: longest })
  if (timeout >= least) return timeout
  throw new PartitaError(
    'INVALID_OPTION',
    `deliveryTimeoutMs must be at least lingerMs + requestTimeoutMs = ${least}; got ${timeout}. ` +
      'Raise it, or lower requestTimeoutMs.',
    { api: 'deliveryTimeoutMs' },
  )
}
