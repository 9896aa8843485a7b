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
  /** Records in one call. Default 1. Where a client knows no arrays, so many calls at once, awaited together. */
  readonly perSend?: number | undefined
  /** Whether results are counted by callbacks, instead of awaited by `inFlight` asynchronous functions. Default `false`. */
  readonly isCounted?: boolean | undefined
  /** Default 100. */
  readonly valueBytes?: number | undefined
  /** How often a bare server is asked. */
  readonly requestsPerSecond?: number | undefined
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

type Send = (from: number, count: number) => Promise<unknown>
type Pace = Pick<Job, 'inFlight' | 'perSend' | 'isCounted'>

/** Calls `send` until all records are sent, `inFlight` calls at a time. */
export async function sendAll(records: number, pace: Pace, send: Send): Promise<void> {
  if (pace.isCounted === true) await sendCounted(records, pace, send)
  else await sendAwaited(records, pace, send)
}

/** Each call is awaited by itself, one of `inFlight` loops. */
async function sendAwaited(records: number, { inFlight = 1_000, perSend = 1 }: Pace, send: Send): Promise<void> {
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

/**
 * Calls as long as fewer than `inFlight` have no result. With 50,000 in flight as many loops would cost more than most of
 * the clients do (measured: 1.5 µs a record).
 */
function sendCounted(records: number, { inFlight = 1_000 }: Pace, send: Send): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    let settled = 0
    let isDue = false
    const oneSettled = (): void => {
      settled++
      if (settled === records) return resolve()
      if (isDue) return
      isDue = true
      setImmediate(sendMore)
    }
    function sendMore(): void {
      isDue = false
      while (sent < records && sent - settled < inFlight) send(sent++, 1).then(oneSettled, reject)
    }
    sendMore()
  })
}
