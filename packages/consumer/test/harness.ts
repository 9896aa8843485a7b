import type { CommittedOffset, ConsumedOffsets } from '@partita/protocol'
import { createConsumer, type Consumer, type ConsumerOptions } from '@partita/consumer'
import {
  createScriptedConsumerTransport,
  createVirtualClock,
  type ScriptedConsumerTransport,
  type VirtualClock,
} from '@partita/testing'

/** One call of the handler, which the test settles. */
export interface Call {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly attempt: number
  readonly fence: number
  readonly signal: AbortSignal
  readonly consumed: ConsumedOffsets
  readonly at: number
  state: 'running' | 'done' | 'failed'
  done(): void
  fail(error?: unknown): void
}

export interface Harness {
  readonly clock: VirtualClock
  readonly transport: ScriptedConsumerTransport
  readonly consumer: Consumer
  /** What `run()` gave; a rejection is the value, so that no test has to catch it in time. */
  readonly ended: Promise<unknown>
  readonly calls: readonly Call[]
  readonly warnings: readonly string[]
  /** Offsets whose handler runs. */
  running(): number[]
  /** The latest call for an offset. */
  call(offset: number): Call
  /** The offsets in the order their handlers were started. */
  started(): number[]
}

export type HarnessOptions = Partial<ConsumerOptions> & {
  /** What to do with a call at once; default: nothing, the test does. */
  readonly onCall?: (call: Call) => void
  readonly committed?: Map<string, CommittedOffset>
  readonly clockToUse?: VirtualClock
  readonly prepare?: (transport: ScriptedConsumerTransport) => void
}

const decoder = new TextDecoder()

/** A consumer of the topic `orders` that has joined, and whose handler calls are in the test's hands. */
export async function start(options: HarnessOptions = {}): Promise<Harness> {
  const { onCall = () => {}, committed, clockToUse, prepare, ...consumerOptions } = options
  const clock = clockToUse ?? createVirtualClock()
  const transport = createScriptedConsumerTransport(committed === undefined ? { clock } : { clock, committed })
  const calls: Call[] = []
  const warnings: string[] = []
  const consumer = createConsumer({
    transport,
    groupId: 'billing',
    topics: ['orders'],
    hooks: { warning: (message) => warnings.push(message) },
    handler: ({ partition, offset, key }, context) =>
      new Promise<void>((resolve, reject) => {
        const call: Call = {
          partition,
          offset,
          key: key === null ? null : decoder.decode(key),
          attempt: context.attempt,
          fence: context.fence,
          signal: context.signal,
          // Made when it is asked for, as in a handler.
          get consumed() {
            return context.consumed
          },
          at: clock.monotonic(),
          state: 'running',
          done() {
            call.state = 'done'
            resolve()
          },
          fail(error = new Error('no luck')) {
            call.state = 'failed'
            reject(error as Error)
          },
        }
        calls.push(call)
        onCall(call)
      }),
    ...consumerOptions,
  } as ConsumerOptions)
  prepare?.(transport)
  const ended = consumer.run().then(
    () => 'closed',
    (error: unknown) => error,
  )
  await clock.settle()
  return {
    clock,
    transport,
    consumer,
    ended,
    calls,
    warnings,
    running: () => calls.filter(({ state }) => state === 'running').map(({ offset }) => offset),
    call: (offset) => {
      const found = calls.findLast((call) => call.offset === offset)
      if (found === undefined) throw new Error(`the handler was not called with offset ${offset}`)
      return found
    },
    started: () => calls.map(({ offset }) => offset),
  }
}

/** Records with these keys; `-` stands for no key. */
export function keyed(...keys: string[]): { key: string | null; value: string }[] {
  return keys.map((key, index) => ({ key: key === '-' ? null : key, value: `${key}${index}` }))
}

/** Records with these keys, one letter each. */
export function letters(keys: string): { key: string | null; value: string }[] {
  return keyed(...keys.split(''))
}

export const orders0: { topic: string; partition: number } = { topic: 'orders', partition: 0 }
