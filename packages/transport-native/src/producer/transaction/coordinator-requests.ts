import {
  abortedError,
  type KafkaErrorName,
  kafkaErrorName,
  isRetriableKafkaError,
  PartitaError,
  reasonOf,
  toPartitaError,
} from '@partita/protocol'
import type { Api, RequestInput, ResponseOf } from '@partita/wire'
import { Backoff } from '../../cluster/backoff.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { CoordinatorType } from '../../cluster/coordinators.ts'
import { pause } from '../../cluster/pause.ts'
import { coordinatorRefusal, isFence } from './transaction-refusals.ts'

/** Answers that say: ask where the coordinator is now. */
const elsewhere: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'REQUEST_TIMED_OUT',
  'CONNECTION_FAILED',
  'REQUEST_TIMEOUT',
])

/** Java's pause where the end of the last transaction is still being written: it takes a few milliseconds. */
const concurrentBackoffMs = 20
const concurrentBackoffMaxMs = 200
/** Java: `retry.backoff.ms` and `retry.backoff.max.ms`. */
const retryBackoffMs = 100
const retryBackoffMaxMs = 1_000

/** A request to a coordinator. */
export interface CoordinatorRequest<A extends Api> {
  readonly type: CoordinatorType
  /** The transactional id, or the group's. */
  readonly key: string
  readonly api: A
  readonly atMostVersion?: number | undefined
  readonly body: RequestInput<A>
  /** The error codes of an answer; the first that is one decides. */
  errorCodes(answer: ResponseOf<A>): Iterable<number>
}

export interface CoordinatorRequestsOptions {
  readonly cluster: Cluster
  readonly requestTimeoutMs: number
  /** All attempts of one request together. */
  readonly limitMs: number
  /** A coordinator says that another producer has the transactional id. */
  fenced(error: PartitaError): void
}

/** Requests to coordinators, each asked again until there is an answer that will not change. */
export class CoordinatorRequests {
  readonly #options: CoordinatorRequestsOptions
  readonly #underWay = new Set<AbortController>()
  #closed: PartitaError | undefined

  constructor(options: CoordinatorRequestsOptions) {
    this.#options = options
  }

  /** Does something with a coordinator's node; repeated like a request. */
  async withCoordinator<T>(
    type: CoordinatorType,
    key: string,
    use: (node: number) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.#repeat('FindCoordinator', signal, async (ends) => use(await this.#find(type, key, ends)))
  }

  /**
   * Rejects with what the coordinator refused it with, with `REQUEST_TIMEOUT` when the time is over, with `ABORTED` or
   * `CLOSED`; `ambiguous` where an attempt was sent and had no answer.
   */
  async ask<A extends Api>(request: CoordinatorRequest<A>, signal?: AbortSignal): Promise<ResponseOf<A>> {
    return this.#repeat(request.api.name, signal, (ends) => this.#once(request, ends))
  }

  close(error: PartitaError): void {
    this.#closed = error
    for (const each of this.#underWay) each.abort(error)
  }

  async #repeat<T>(what: string, signal: AbortSignal | undefined, once: (ends: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw this.#closed
    const { cluster, limitMs } = this.#options
    const { clock } = cluster
    const ends = new AbortController()
    const abort = (): void => ends.abort(abortedError(signal!, what))
    const timer = clock.setTimer(limitMs, () => ends.abort(null))
    const concurrent = new Backoff(clock, concurrentBackoffMs, concurrentBackoffMaxMs)
    const others = new Backoff(clock, retryBackoffMs, retryBackoffMaxMs)
    this.#underWay.add(ends)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    let ambiguous = false
    let last: PartitaError | undefined
    try {
      for (;;) {
        try {
          ends.signal.throwIfAborted()
          return await once(ends.signal)
        } catch (cause) {
          const error = toPartitaError(cause ?? undefined, { api: what })
          ambiguous ||= error.ambiguous
          if (ends.signal.aborted) throw this.#ended(ends.signal, what, { ambiguous, cause: last })
          last = error
          if (!error.retriable) throw marked(error, ambiguous)
          const backoff = error.code === 'CONCURRENT_TRANSACTIONS' ? concurrent : others
          backoff.failed()
          await pause(clock, backoff.delayMs(), ends.signal).catch(() => undefined)
        }
      }
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', abort)
      this.#underWay.delete(ends)
    }
  }

  async #find(type: CoordinatorType, key: string, signal: AbortSignal): Promise<number> {
    const { cluster, requestTimeoutMs } = this.#options
    return cluster.coordinator(type, key, { signal, timeoutMs: requestTimeoutMs })
  }

  async #once<A extends Api>(request: CoordinatorRequest<A>, signal: AbortSignal): Promise<ResponseOf<A>> {
    const { cluster, requestTimeoutMs } = this.#options
    const { type, key, api, atMostVersion, body } = request
    const node = await this.#find(type, key, signal)
    let code: string
    let failure: PartitaError
    try {
      const answer = await cluster.request(node, api, body, {
        signal,
        timeoutMs: requestTimeoutMs,
        atMostVersion,
      })
      const refused = firstError(request.errorCodes(answer))
      if (refused === 'NONE') return answer
      code = refused
      failure = coordinatorRefusal(refused, { api: api.name, ...(type === 'group' && { groupId: key }) })
    } catch (error) {
      failure = toPartitaError(error, { api: api.name })
      ;({ code } = failure)
    }
    if (isFence(code)) this.#options.fenced(failure)
    if (elsewhere.has(code)) cluster.forgetCoordinator(type, key)
    throw failure
  }

  /** @param cause the last failure before the end */
  #ended(
    { reason }: AbortSignal,
    api: string,
    how: { readonly ambiguous: boolean; readonly cause: PartitaError | undefined },
  ): PartitaError {
    if (reason instanceof PartitaError) return marked(reason, how.ambiguous)
    const { limitMs } = this.#options
    const why = how.cause === undefined ? 'no answer came.' : reasonOf(how.cause)
    const text = `${api} did not succeed within transactionTimeoutMs (${limitMs} ms): ${why}`
    return new PartitaError('REQUEST_TIMEOUT', text, { ...how.cause?.place, api, retriable: true, ...how })
  }
}

function firstError(codes: Iterable<number>): KafkaErrorName {
  let found: KafkaErrorName = 'NONE'
  for (const code of codes) {
    const name = kafkaErrorName(code)
    if (name === 'NONE') continue
    // Of several, one that will not pass decides; what was not attempted waits for the others.
    if (!isRetriableKafkaError(name) && name !== 'OPERATION_NOT_ATTEMPTED') return name
    if (found === 'NONE' || found === 'OPERATION_NOT_ATTEMPTED') found = name
  }
  return found
}

/** The error, with the mark of what came before it. */
function marked(error: PartitaError, ambiguous: boolean): PartitaError {
  if (error.ambiguous === ambiguous) return error
  const { code, retriable, place } = error
  return new PartitaError(code, reasonOf(error), { ...place, retriable, ambiguous, cause: error })
}
