import { PartitaError, reasonOf, type Clock } from '@partita/protocol'
import type { ExhaustedHandler } from './handler.ts'
import type { Task } from './lane.ts'

/** When and how often a record that failed is tried again. */
export interface RetryPolicy {
  readonly maxAttempts: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
}

/** What becomes of a record that failed for good. */
export type OnExhausted = 'stop' | 'skip' | ExhaustedHandler

/** What follows on a failed attempt. `leave`: the partition is being given up; whoever gets it tries again. */
export type NextStep = 'retry' | 'hand-over' | 'skip' | 'stop' | 'leave'

/**
 * A record that cannot be deserialized gets no second attempt: the bytes stay what they are.
 *
 * @param readable whether the record could be deserialized
 */
export function nextStep(task: Task, readable: boolean, retry: RetryPolicy, onExhausted: OnExhausted): NextStep {
  if (!task.owner.open) return 'leave'
  if (task.owner.inDoubt) return 'stop'
  if (readable && task.attempt < retry.maxAttempts) return 'retry'
  return typeof onExhausted === 'function' ? 'hand-over' : onExhausted
}

/** Doubles from attempt to attempt up to the maximum, then 20 % more or less by chance, as Java's `ExponentialBackoff`. */
export function backoffMs(retry: RetryPolicy, attempt: number, clock: Clock): number {
  const exact = Math.min(retry.backoffMs * 2 ** Math.min(attempt - 1, 50), retry.backoffMaxMs)
  return Math.min(exact * (0.8 + 0.4 * clock.random()), retry.backoffMaxMs)
}

/** The error for a record that failed for good: which record, how often, and why the last time. */
export function handlerFailed(task: Task, cause: unknown, readable: boolean): PartitaError {
  const { topic, partition } = task.owner
  const record = task.key === null ? 'a record without key' : `the record with key ${keyPreview(task.key)}`
  const times = task.attempt === 1 ? 'once' : `${task.attempt} times`
  const what = readable
    ? `The handler failed ${times} on ${record}: ${inFull(cause)}`
    : `The handler could not be called with ${record}: ${reasonOf(cause)}`
  return new PartitaError(
    'HANDLER_FAILED',
    `${what} The record is not committed: it comes again unless onExhausted skips it or hands it over.`,
    { topic, partition, offset: task.offset, cause },
  )
}

/** A key for people: text where it is text, else hexadecimal; at most 40 bytes of it. */
export function keyPreview(key: Uint8Array): string {
  const bytes = key.subarray(0, 40)
  const more = key.length > bytes.length ? '…' : ''
  try {
    const text = new TextDecoder('utf-8', { fatal: key.length === bytes.length }).decode(bytes)
    if (!/[\p{Cc}\uFFFD]/u.test(text.slice(0, -1))) return JSON.stringify(text) + more
  } catch {
    // Not text.
  }
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}${more}`
}

/** With its place, which need not be the record's: a handler may fail at a write to elsewhere. */
function inFull(cause: unknown): string {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  return /[.!?)]$/.test(text) ? text : `${text}.`
}
