import { type Clock, PartitaError, type Timer, type WriteResult } from '@partita/protocol'
import type { RecordBatch } from './record-batch.ts'

/** One attempt to write a batch. It is settled once; what comes later, a late answer for one, is ignored. */
export class Shipment {
  readonly batch: RecordBatch
  readonly result: Promise<WriteResult>
  /** `sent`: its bytes were handed to the cluster. */
  stage: 'preparing' | 'queued' | 'sent' | 'settled' = 'preparing'
  readonly #left: (shipment: Shipment) => void
  #resolve!: (result: WriteResult) => void
  #reject!: (error: PartitaError) => void
  #timer: Timer | undefined
  #stopListening: (() => void) | undefined

  /** @param left told when it is settled */
  constructor(batch: RecordBatch, left: (shipment: Shipment) => void) {
    this.batch = batch
    this.#left = left
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get settled(): boolean {
    return this.stage === 'settled'
  }

  /** Its bytes are handed over now: from here on it may be stored. */
  markSent(): void {
    this.stage = 'sent'
    this.batch.sent = true
    this.batch.attempts++
  }

  succeed(result: WriteResult): void {
    if (this.#settle()) this.#resolve(result)
  }

  fail(error: PartitaError): void {
    if (this.#settle()) this.#reject(error)
  }

  /** Fails it for a reason on our own side: ambiguous once its bytes were handed over. */
  end(code: 'CLOSED' | 'ABORTED' | 'REQUEST_TIMEOUT', message: string, cause?: unknown): void {
    const { topic, partition } = this.batch
    const retriable = code === 'REQUEST_TIMEOUT'
    const ambiguous = this.stage === 'sent'
    this.fail(new PartitaError(code, message, { api: 'Produce', topic, partition, retriable, ambiguous, cause }))
  }

  /** The caller's signal ends it, also where it has fired already. */
  endBy(signal: AbortSignal): void {
    const abort = (): void => this.end('ABORTED', "The write was aborted by its caller's signal.", signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    this.#stopListening = () => signal.removeEventListener('abort', abort)
  }

  /** Time ends it. */
  endAfter(timeoutMs: number, clock: Clock): void {
    this.#timer = clock.setTimer(timeoutMs, () => {
      const what = this.stage === 'sent' ? 'The batch was sent but not answered' : 'The batch could not be sent'
      this.end('REQUEST_TIMEOUT', `${what} within requestTimeoutMs (${timeoutMs} ms).`)
    })
  }

  #settle(): boolean {
    if (this.settled) return false
    this.stage = 'settled'
    this.#timer?.cancel()
    this.#stopListening?.()
    this.#left(this)
    return true
  }
}
