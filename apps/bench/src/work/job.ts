import type { Transport } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { nativeTransport } from '@partita/transport-native'
import type { Reading } from '../meter.ts'

/** Partita over one of its transports, or a peer. */
export type Client =
  | 'partita native'
  | 'partita native, not idempotent'
  | 'partita kafkajs'
  | 'partita kafkajs, not idempotent'
  | 'kafkajs'
  | 'kafkajs eachMessage'

/** What a worker process is told, as JSON in its first argument. */
export interface Job {
  readonly client: Client
  readonly brokers: readonly string[]
  readonly topic: string
  readonly records: number
}

export function readJob(): Job {
  return JSON.parse(process.argv[2] ?? '{}') as Job
}

/** The transport that a client's name tells. */
export function transportOf(client: Client, brokers: readonly string[]): Transport {
  return client.startsWith('partita kafkajs')
    ? kafkajsTransport({ brokers: [...brokers] })
    : nativeTransport({ brokers })
}

/** Says the result, the only line that a worker prints, and ends the process whatever a client has left running. */
export function report(reading: Partial<Reading> & Readonly<Record<string, number>>): void {
  process.stdout.write(`${JSON.stringify(reading)}\n`, () => process.exit(0))
}

/** The keys that every client writes, and the value: 100 bytes. */
export const keys: readonly string[] = Array.from({ length: 10_007 }, (_, i) => `user-${i}`)
export const value: Buffer = Buffer.alloc(100, 'x')

/** Calls `send` for every record, `inFlight` at a time, each awaited by itself. */
export async function sendAwaited(
  count: number,
  inFlight: number,
  send: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function lane(): Promise<void> {
    while (next < count) await send(next++)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}
