import type { Clock, ConsumedOffsets, ConsumerRecord, PartitaError } from '@partita/protocol'
import { rawRecord } from './decode-record.ts'
import { Dispatcher } from './dispatcher.ts'
import { backoffMs, handlerFailed, nextStep, type OnExhausted, type RetryPolicy } from './failure-policy.ts'
import type { ExhaustedHandler, Handler, HandlerContext } from './handler.ts'
import type { News } from './hooks.ts'
import type { Task } from './lane.ts'
import { Slots, type Slot, type SlotEvents } from './slots.ts'

/** What handling a record takes. */
export interface AttemptOptions<K, V> {
  readonly handler: Handler<K, V>
  readonly decode: (task: Task) => ConsumerRecord<K, V>
  readonly maxConcurrency: number
  readonly retry: RetryPolicy
  readonly onExhausted: OnExhausted
  readonly clock: Clock
  readonly news: News
  /** A record failed for good and `onExhausted` is `stop`. */
  readonly fatal: (error: PartitaError) => void
}

/** Calls the handler, and decides what becomes of the record afterwards. */
export class Attempts<K, V> implements SlotEvents {
  readonly slots: Slots
  readonly dispatcher: Dispatcher
  readonly #options: AttemptOptions<K, V>
  handled = 0
  skipped = 0
  failed = 0
  retried = 0

  constructor(options: AttemptOptions<K, V>) {
    this.#options = options
    this.slots = new Slots(options.maxConcurrency, options.clock, this)
    this.dispatcher = new Dispatcher(this.slots, options.clock, (slot) => this.#start(slot))
  }

  /** Runs the task of the slot once. Never throws. */
  #start(slot: Slot): void {
    const task = slot.task!
    const { news, decode, handler } = this.#options
    if (task.attempt > 1) this.retried += 1
    if (news.watchesStarts) news.tell('recordStarted', rawRecord(task), task.attempt)
    let record: ConsumerRecord<K, V>
    try {
      record = decode(task)
    } catch (error) {
      this.#fail(slot, error, false)
      return
    }
    let promise: Promise<unknown> | null
    try {
      promise = promiseOf(handler(record, new AttemptContext(task)))
    } catch (error) {
      this.#fail(slot, error, true)
      return
    }
    if (promise === null) this.fulfilled(slot)
    else promise.then(slot.fulfilled, slot.rejected)
  }

  fulfilled(slot: Slot): void {
    this.#finish(slot, 'handled')
  }

  rejected(slot: Slot, error: unknown): void {
    this.#fail(slot, error, true)
  }

  #finish(slot: Slot, how: 'handled' | 'skipped' | 'handed-over'): void {
    const task = slot.task!
    // First noted, then freed: whoever waits for the slot commits what is noted.
    this.dispatcher.next(task)
    if (task.owner.finish(task)) {
      if (how === 'handled') this.handled += 1
      else this.skipped += 1
      const { news } = this.#options
      if (news.watchesFinishes) news.tell('recordFinished', rawRecord(task), how)
    }
    this.slots.release(slot)
    this.dispatcher.pumpSoon()
  }

  #fail(slot: Slot, error: unknown, readable: boolean): void {
    const task = slot.task!
    if (task.finished) return this.#failLate(slot, error)
    const { retry, onExhausted, news, fatal } = this.#options
    const step = nextStep(task, readable, retry, onExhausted)
    this.failed += 1
    if (news.hooks.recordFailed !== undefined) news.tell('recordFailed', rawRecord(task), error, task.attempt, step)
    if (step === 'skip') return this.#finish(slot, 'skipped')
    if (step === 'hand-over') return this.#handOver(slot, error, readable)
    if (step === 'retry') this.#backOff(task)
    else if (step === 'leave') this.dispatcher.next(task)
    else task.lane.state = 'stopped'
    this.slots.release(slot)
    if (step === 'stop') fatal(handlerFailed(task, error, readable))
    this.dispatcher.pumpSoon()
  }

  /** What the handler did is committed: it is not to be done again. */
  #failLate(slot: Slot, error: unknown): void {
    const { owner, offset } = slot.task!
    this.#options.news.warn(
      `The handler of ${owner.topic}-${owner.partition} offset ${offset} failed after the transaction that took the record ` +
        'along was committed: the record counts as handled.',
      error,
    )
    this.#finish(slot, 'handled')
  }

  /** The lane waits, without a slot, with the record still at its head. */
  #backOff(task: Task): void {
    const { lane } = task
    const { retry, clock } = this.#options
    lane.state = 'backing-off'
    lane.timer = clock.setTimer(backoffMs(retry, task.attempt, clock), () => {
      lane.timer = null
      this.dispatcher.makeReady(lane)
    })
  }

  #handOver(slot: Slot, cause: unknown, readable: boolean): void {
    const task = slot.task!
    const give = this.#options.onExhausted as ExhaustedHandler
    const failedAgain = (error: unknown): void => this.#handOverFailed(slot, error)
    let promise: Promise<unknown> | null
    try {
      promise = promiseOf(give(rawRecord(task), handlerFailed(task, cause, readable), new AttemptContext(task)))
    } catch (error) {
      failedAgain(error)
      return
    }
    if (promise === null) this.#finish(slot, 'handed-over')
    else promise.then(() => this.#finish(slot, 'handed-over'), failedAgain)
  }

  /** One more failed attempt, after which the handler has its turn again: it may have been the same outage for both. */
  #handOverFailed(slot: Slot, error: unknown): void {
    const task = slot.task!
    if (task.finished) return this.#failLate(slot, error)
    if (task.owner.inDoubt) return this.#fail(slot, error, true)
    const { news } = this.#options
    const step = task.owner.open ? 'retry' : 'leave'
    this.failed += 1
    if (news.hooks.recordFailed !== undefined) news.tell('recordFailed', rawRecord(task), error, task.attempt, step)
    if (step === 'retry') this.#backOff(task)
    else this.dispatcher.next(task)
    this.slots.release(slot)
    this.dispatcher.pumpSoon()
  }
}

/** Made for each call; its signal, and its work for a transaction, only where they are read. */
class AttemptContext implements HandlerContext {
  readonly attempt: number
  readonly #task: Task
  #consumed: ConsumedOffsets | null = null

  constructor(task: Task) {
    this.attempt = task.attempt
    this.#task = task
  }

  get fence(): number {
    return this.#task.owner.fence
  }

  get signal(): AbortSignal {
    return this.#task.signal
  }

  get consumed(): ConsumedOffsets {
    return (this.#consumed ??= this.#task.owner.consumed(this.#task))
  }
}

/** `null` for what is not a promise. What only looks like one (another library's, another realm's) is adopted. */
function promiseOf(result: unknown): Promise<unknown> | null {
  if (result instanceof Promise) return result as Promise<unknown>
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return null
  return typeof (result as { then?: unknown }).then === 'function' ? new Promise((resolve) => resolve(result)) : null
}
