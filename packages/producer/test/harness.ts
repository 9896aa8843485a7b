import {
  isPartitaError,
  type Partitioner,
  PartitaError,
  type PartitaErrorCode,
  type RecordMetadata,
} from '@partita/protocol'
import {
  createScriptedProducerTransport,
  createVirtualClock,
  type ScriptedProducerTransport,
  type ScriptedProducerTransportOptions,
  type VirtualClock,
} from '@partita/testing'
import { createProducer, type Producer, type ProducerOptions } from '../src/index.ts'

export interface Bench {
  readonly clock: VirtualClock
  readonly transport: ScriptedProducerTransport
  readonly producer: Producer
}

type BenchOptions = Omit<ProducerOptions, 'transport'> & Omit<ScriptedProducerTransportOptions, 'clock' | 'topics'>

/** A producer on a scripted cluster with the topic `orders` of four partitions, on a virtual clock. */
export function bench(options: BenchOptions = {}): Bench {
  const { script, metadata, transactionStep, transactions, idempotentWrites, logAppendTime, ...producerOptions } =
    options
  const clock = createVirtualClock()
  const transport = createScriptedProducerTransport({
    clock,
    topics: { orders: 4 },
    ...(script && { script }),
    ...(metadata && { metadata }),
    ...(transactionStep && { transactionStep }),
    ...(transactions && { transactions }),
    ...(idempotentWrites && { idempotentWrites }),
    ...(logAppendTime && { logAppendTime }),
  })
  return { clock, transport, producer: createProducer({ transport, partitioner: byFirstDigit, ...producerOptions }) }
}

/** Places a key on the partition that its first character names, and records without key on partition 0. */
export const byFirstDigit: Partitioner = {
  name: 'by-first-digit',
  deterministic: true,
  forTopic: () => ({
    partition: (key) => (key === null ? 0 : Number(typeof key === 'string' ? key[0] : String.fromCharCode(key[0]!))),
  }),
}

/** What a promise came to, readable at any moment. */
export interface Outcome {
  readonly name: string
  metadata?: RecordMetadata
  error?: PartitaError
  /** When it was settled, among all outcomes of the watcher; -1: not yet. */
  order: number
}

/** Follows promises; also keeps their rejections from being unhandled. */
export class Watcher {
  readonly outcomes: Outcome[] = []
  #settled = 0

  watch(name: string, promise: Promise<RecordMetadata>): Outcome {
    const outcome: Outcome = { name, order: -1 }
    this.outcomes.push(outcome)
    promise.then(
      (metadata) => {
        outcome.metadata = metadata
        outcome.order = this.#settled++
      },
      (error: unknown) => {
        if (!isPartitaError(error)) throw error
        outcome.error = error
        outcome.order = this.#settled++
      },
    )
    return outcome
  }

  /** Name and end of each, in the order in which they were settled: `a 0` (offset) or `a HALTED` (code). */
  get story(): string[] {
    return this.outcomes
      .filter(({ order }) => order >= 0)
      .toSorted((a, b) => a.order - b.order)
      .map(({ name, metadata, error }) => `${name} ${error?.code ?? metadata?.offset}`)
  }

  get unsettled(): string[] {
    return this.outcomes.filter(({ order }) => order < 0).map(({ name }) => name)
  }
}

/** An error as a broker gives it, nothing stored. */
export function brokerError(code: PartitaErrorCode, retriable = false): PartitaError {
  return new PartitaError(code, `scripted ${code}.`, { api: 'Produce', retriable })
}

const decoder = new TextDecoder()

/** The values that are stored in a partition, as text. */
export function values(transport: ScriptedProducerTransport, partition: number, topic = 'orders'): string[] {
  return transport.log(topic, partition).map(({ value }) => (value === null ? 'null' : decoder.decode(value)))
}
