import type { Reading } from '../meter.ts'

/** Partita over one of its transports, a peer, or the yardstick. */
export type Client =
  | 'partita native'
  | 'partita native, not idempotent'
  | 'partita native, synchronous handler'
  | 'partita kafkajs'
  | 'partita kafkajs, not idempotent'
  | 'kafkajs'
  | 'kafkajs eachMessage'
  | '@platformatic/kafka'
  | '@confluentinc/kafka-javascript'
  | 'node-rdkafka'
  | 'yardstick'

/** What a worker process is told, as JSON in its first argument. */
export interface Job {
  readonly client: Client
  readonly brokers: readonly string[]
  readonly topic: string
  readonly records: number
  /** Calls of `send` that wait for their result at a time. Default 1,000. */
  readonly inFlight?: number | undefined
  /** Records in one call. Default 1. */
  readonly perSend?: number | undefined
  /** Default 100. */
  readonly valueBytes?: number | undefined
  /** Where a peer that is no dependency was installed. */
  readonly peerFolder?: string | undefined
}

export function readJob(): Job {
  return JSON.parse(process.argv[2] ?? '{}') as Job
}

export function valueOf({ valueBytes = 100 }: Job): Buffer {
  return Buffer.alloc(valueBytes, 'x')
}

/** Says the result, the only line that a worker prints, and ends the process whatever a client has left running. */
export function report(reading: Partial<Reading> & Readonly<Record<string, number>>): void {
  process.stdout.write(`${JSON.stringify(reading)}\n`, () => process.exit(0))
}

/** Calls `send` until all records are sent, `inFlight` calls at a time, each awaited by itself. */
export async function sendAwaited(
  records: number,
  { inFlight = 1_000, perSend = 1 }: Pick<Job, 'inFlight' | 'perSend'>,
  send: (from: number, count: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function lane(): Promise<void> {
    while (next < records) {
      const from = next
      next += perSend
      await send(from, Math.min(perSend, records - from))
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}
