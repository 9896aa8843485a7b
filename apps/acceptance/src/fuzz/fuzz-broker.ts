import { createBroker, type MemoryBroker } from '@partita/broker'
import { createVirtualClock, seededRandom, type VirtualClock } from '@partita/testing'
import { decodeResponse, encodeRequest, fetchApi } from '@partita/wire'
import { damage, type Pick } from './damage.ts'
import { type FuzzedConnection, sendDamaged } from './fuzzed-connection.ts'
import { soundFrames } from './sound-frames.ts'

export interface FuzzOptions {
  readonly frames: number
  readonly seed: number
  /** Called after each broker: frames so far, and the heap in use. */
  readonly onProgress?: (frames: number, heapBytes: number) => void
}

export interface FuzzReport {
  readonly frames: number
  readonly answers: number
  readonly closed: number
  /** What was cut off and waits for the rest, or wanted no answer. */
  readonly silent: number
  /** Warnings in which the broker calls itself defect, and connections that were left without answer or end. */
  readonly faults: readonly string[]
  /** After each broker was closed. */
  readonly heapBytes: readonly number[]
}

/** A broker lives so long: what is made of topics and groups by chance stays until then. */
const framesPerBroker = 20_000
/** So many connections are open at a time. */
const framesPerRound = 50
/** Longer than any request may wait, whatever its times say. */
const foreverMs = 2 ** 32

/** Sends damaged frames to brokers in memory, each over a connection of its own, under a clock that stands still. */
export async function fuzzBroker({ frames, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const random = seededRandom(seed)
  const pick: Pick = (bound) => Math.floor(random() * bound)
  const sound = soundFrames()
  const report = { frames: 0, answers: 0, closed: 0, silent: 0, faults: [] as string[], heapBytes: [] as number[] }
  while (report.frames < frames) {
    const count = Math.min(framesPerBroker, frames - report.frames)
    const outcome = await fuzzOne(count, () => damage(sound, pick))
    report.frames += count
    report.answers += outcome.answers
    report.closed += outcome.closed
    report.silent += outcome.silent
    report.faults.push(...outcome.faults)
    globalThis.gc?.()
    report.heapBytes.push(process.memoryUsage().heapUsed)
    onProgress?.(report.frames, report.heapBytes.at(-1)!)
  }
  return report
}

async function fuzzOne(count: number, next: () => Uint8Array): Promise<Omit<FuzzReport, 'frames' | 'heapBytes'>> {
  const clock = createVirtualClock()
  const faults: string[] = []
  const onWarning = (line: string): void => {
    if (line.includes('a defect of the broker')) faults.push(line)
  }
  const broker = createBroker({ topics: { t: 2, other: 1 }, clock, onWarning })
  const sums = { answers: 0, closed: 0, silent: 0 }
  let open: Sent[] = []
  const settle = (one: Sent): void => {
    if (!one.connection.isSettled) faults.push(`neither answer nor end: ${hex(one.bytes)}`)
    if (one.connection.isClosed) sums.closed += 1
    else if (one.connection.answers === 0) sums.silent += 1
    sums.answers += one.connection.answers
    one.connection.close()
  }
  for (let sent = 0; sent < count; sent += framesPerRound) {
    const round = Array.from({ length: Math.min(framesPerRound, count - sent) }, () => send(broker, next()))
    await clock.advance(100)
    if (!(await isServed(broker, clock)))
      faults.push(`another client is not served after ${round.map(({ bytes }) => hex(bytes)).join(' ')}`)
    open.push(...round)
    for (const one of open) if (one.connection.isSettled) settle(one)
    open = open.filter(({ connection }) => !connection.isSettled)
  }
  await clock.advance(foreverMs)
  open.forEach(settle)
  await broker.close()
  return { ...sums, faults }
}

interface Sent {
  readonly bytes: Uint8Array
  readonly connection: FuzzedConnection
}

function send(broker: MemoryBroker, bytes: Uint8Array): Sent {
  return { bytes, connection: sendDamaged(broker, bytes) }
}

/** Whether somebody else gets a right answer at once. */
async function isServed(broker: MemoryBroker, clock: VirtualClock): Promise<boolean> {
  const connection = broker.connect()
  let answer: Uint8Array | undefined
  connection.onData = (bytes) => (answer = bytes)
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }]
  const body = { maxWaitMs: 0, minBytes: 0, topics: [{ topic: 'other', partitions }] }
  connection.send(encodeRequest(fetchApi, 12, { correlationId: 77, clientId: 'other' }, body))
  await clock.settle()
  connection.close()
  return answer !== undefined && decodeResponse(fetchApi, 12, answer.subarray(4)).correlationId === 77
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
