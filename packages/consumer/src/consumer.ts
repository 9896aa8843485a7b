import {
  PartitaError,
  toPartitaError,
  type ConsumerTransport,
  type Timer,
  type TopicPartition,
} from '@partita/protocol'
import { Attempts } from './attempts.ts'
import { recordDecoder } from './decode-record.ts'
import { explainRecord, type RecordExplanation } from './explain.ts'
import { GroupMember } from './group-member.ts'
import { News } from './hooks.ts'
import { takeMetrics, type ConsumerMetrics, type ConsumerState } from './metrics.ts'
import { onProcessSignal } from './process-signals.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { deferred, settledWithin, type Deferred } from './wait.ts'

export interface CloseOptions {
  /**
   * All of it takes so long at most. Handlers have 80 % of it; then their signal fires, and they have another 10 %. Default:
   * the option `closeTimeoutMs`.
   */
  readonly timeoutMs?: number | undefined
}

/** A member of a consumer group that handles records. Made by `createConsumer`. */
export interface Consumer extends AsyncDisposable {
  /**
   * Joins the group and handles records until the consumer is closed; then it settles. Rejects with what made it stop:
   * `HANDLER_FAILED`, or whatever ended the membership. Call it once.
   */
  run(): Promise<void>
  /**
   * Starts no more records, waits for the running handlers, commits, leaves the group. Never rejects; called again, it gives
   * the same promise. Not to be awaited inside a handler, which it waits for.
   */
  close(options?: CloseOptions): Promise<void>
  /** Starts no more records until `resume()`; what runs goes on, and so do heartbeats. Fetching stops when buffers are full. */
  pause(): void
  resume(): void
  metrics(): ConsumerMetrics
  /** Why a record is not running. Not for every record: it walks through what is buffered. */
  explain(record: TopicPartition & { readonly offset: number }): RecordExplanation
}

/** The life of a consumer: join, run, close; what fails in between closes it too. */
export class GroupConsumer<K, V> implements Consumer {
  readonly #options: ResolvedOptions<K, V>
  readonly #news: News
  readonly #attempts: Attempts<K, V>
  readonly #member: GroupMember
  readonly #ended: Deferred = deferred()
  readonly #giveUpJoining: AbortController = new AbortController()
  #state: ConsumerState = 'new'
  #session: ConsumerTransport | null = null
  #joining: Promise<void> = Promise.resolve()
  #closing: Promise<void> | null = null
  #commitTimer: Timer | null = null
  #fatal: PartitaError | null = null
  #stopListening: () => void = () => {}

  constructor(options: ResolvedOptions<K, V>) {
    this.#options = options
    const { handler, keyDeserializer, valueDeserializer, maxConcurrency, retry, onExhausted, clock } = options
    const news = new News(options.hooks, clock)
    const fatal = (error: PartitaError): void => this.#fail(error)
    const decode = recordDecoder(keyDeserializer, valueDeserializer)
    const attempts = new Attempts({ handler, decode, maxConcurrency, retry, onExhausted, clock, news, fatal })
    const { slots, dispatcher } = attempts
    const { rebalanceTimeoutMs, commits, isolationLevel } = options.source
    this.#news = news
    this.#attempts = attempts
    this.#member = new GroupMember({
      ...options,
      rebalanceTimeoutMs,
      isolationLevel,
      commits,
      news,
      slots,
      dispatcher,
      fatal,
    })
  }

  run(): Promise<void> {
    if (this.#state !== 'new') {
      const why = this.#closing === null ? 'run() was called before' : 'The consumer is closed'
      return Promise.reject(new PartitaError('CLOSED', `${why}: a consumer runs once; make another one.`))
    }
    this.#state = 'joining'
    this.#joining = this.#join()
    this.#listen()
    return this.#ended.promise
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? this.#options.closeTimeoutMs)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  pause(): void {
    this.#attempts.dispatcher.pause()
  }

  resume(): void {
    this.#attempts.dispatcher.resume()
  }

  metrics(): ConsumerMetrics {
    return takeMetrics({ state: this.#state, member: this.#member, attempts: this.#attempts, news: this.#news })
  }

  explain(record: TopicPartition & { readonly offset: number }): RecordExplanation {
    return explainRecord(this.#member, this.#attempts.dispatcher.paused, record)
  }

  /** Never rejects. */
  async #join(): Promise<void> {
    const { transport, source } = this.#options
    try {
      this.#session = transport.openConsumer()
      const { signal } = this.#giveUpJoining
      this.#member.joined(await source.open(this.#session, this.#member, signal))
    } catch (error) {
      // Closing is why joining was given up: nothing failed.
      if (this.#closing === null) this.#fail(toPartitaError(error, { groupId: source.groupId }))
      return
    }
    if (this.#state !== 'joining') return
    this.#state = 'running'
    this.#commitByAndBy()
  }

  #commitByAndBy(): void {
    if (this.#state !== 'running') return
    const { clock, autoCommitIntervalMs } = this.#options
    this.#commitTimer = clock.setTimer(autoCommitIntervalMs, () => {
      void this.#member.committer.commit().then(() => this.#commitByAndBy())
    })
  }

  #listen(): void {
    const { closeOn, closeOnSignals } = this.#options
    const onAbort = (): void => void this.close()
    const stopSignals = onProcessSignal(closeOnSignals, onAbort)
    closeOn?.addEventListener('abort', onAbort, { once: true })
    this.#stopListening = () => {
      closeOn?.removeEventListener('abort', onAbort)
      stopSignals()
    }
    if (closeOn?.aborted === true) onAbort()
  }

  /** The first failure is the one that `run()` tells; what closing brings up besides follows from it. */
  #fail(error: PartitaError): void {
    if (this.#state === 'closed') return
    this.#fatal ??= error
    void this.close()
  }

  async #close(timeoutMs: number): Promise<void> {
    const { clock } = this.#options
    const wasNew = this.#state === 'new'
    const until = clock.monotonic() + timeoutMs
    const left = (): number => Math.max(0, until - clock.monotonic())
    this.#state = 'closing'
    this.#member.stop()
    this.#giveUpJoining.abort()
    this.#commitTimer?.cancel()
    if (!wasNew) {
      await settledWithin(clock, this.#joining, left() / 2)
      await this.#member.giveUpAll(left() * 0.9)
      // Handlers of partitions that were lost were told to stop; nothing waited for them yet.
      await this.#attempts.slots.idle(null, left() / 2)
      await settledWithin(clock, this.#member.membership?.leave() ?? Promise.resolve(), left())
      await settledWithin(clock, this.#session?.close() ?? Promise.resolve(), left())
    }
    this.#stopListening()
    this.#state = 'closed'
    if (this.#fatal === null) this.#ended.resolve()
    else this.#ended.reject(this.#fatal)
  }
}
