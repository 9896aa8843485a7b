import { toPartitaError, type PartitaError, type FetchOptions } from '@partita/protocol'
import { fetchApi, type ResponseOf } from '@partita/wire'
import type { Cluster } from '../../cluster/cluster.ts'
import { FrameMemory } from '../../network/frame-memory.ts'
import { refusal } from '../refusal.ts'
import type { FetchPosition } from './fetch-position.ts'
import { FetchSession } from './fetch-session.ts'

/**
 * While a partition of a broker is paused, a request for the others waits no longer than this for records: a
 * connection's requests are answered in order, and a resumed partition would have to wait as long.
 */
const maxWaitWhilePausedMs = 50

/** An answer may take so much longer than the broker is asked to wait. Java: `request.timeout.ms`. */
const answerMarginMs = 30_000

/** An answer to Fetch, without an error of its own. */
export type FetchAnswer = ResponseOf<typeof fetchApi>

/** How a request for records is asked for. */
export interface FetchTerms {
  readonly cluster: Cluster
  readonly options: FetchOptions
  readonly signal: AbortSignal
}

/** The requests to one broker: one at a time, in one session. */
export class BrokerFetch {
  /** What the answers come in. */
  readonly memory: FrameMemory = new FrameMemory()
  readonly #node: number
  readonly #terms: FetchTerms
  readonly #session: FetchSession
  #busy = false

  constructor(node: number, terms: FetchTerms) {
    this.#node = node
    this.#terms = terms
    this.#session = new FetchSession(terms.options.maxPartitionFetchBytes)
  }

  get busy(): boolean {
    return this.#busy
  }

  /**
   * Asks for these and no others; they are taken until {@link done}. `null`: there is nothing to be learnt from the
   * answer, and `stumbled` was called where that is a failure.
   * @param onePaused whether another partition of this broker may be resumed before the answer comes
   */
  async ask(
    positions: readonly FetchPosition[],
    onePaused: boolean,
    stumbled: (error: PartitaError) => void,
  ): Promise<FetchAnswer | null> {
    const { cluster, signal } = this.#terms
    const session = this.#session
    const wasIncremental = session.incremental
    const body = { ...this.#limits(onePaused), ...session.next(positions) }
    this.#begin(positions)
    try {
      const timeoutMs = body.maxWaitMs + answerMarginMs
      const { atMostVersion } = session
      const limits = { lane: 'fetch', timeoutMs, signal, atMostVersion, memory: this.memory } as const
      const answer = await cluster.request(this.#node, fetchApi, body, limits)
      if (answer.errorCode === 0) {
        session.answered(answer)
        return answer
      }
      const error = refusal(answer.errorCode, { api: fetchApi.name, broker: String(this.#node) })
      if (error.code === 'FETCH_SESSION_ID_NOT_FOUND') session.gone()
      else session.broken()
      // A session that has come to its end costs nothing but a full request.
      if (!wasIncremental || !error.code.includes('FETCH_SESSION')) stumbled(error)
    } catch (error) {
      session.broken()
      stumbled(toPartitaError(error, { api: fetchApi.name }))
    }
    return null
  }

  #begin(positions: readonly FetchPosition[]): void {
    this.#busy = true
    for (const position of positions) position.inRequest = true
  }

  /** The answer was dealt with: the partitions may be asked for again. */
  done(positions: readonly FetchPosition[]): void {
    this.#busy = false
    for (const position of positions) position.inRequest = false
  }

  #limits(onePaused: boolean): {
    maxWaitMs: number
    minBytes: number
    maxBytes: number
    isolationLevel: number
    rackId: string
  } {
    const { fetchMaxWaitMs, fetchMinBytes, fetchMaxBytes, isolationLevel, clientRack } = this.#terms.options
    return {
      maxWaitMs: onePaused ? Math.min(fetchMaxWaitMs, maxWaitWhilePausedMs) : fetchMaxWaitMs,
      minBytes: fetchMinBytes,
      maxBytes: fetchMaxBytes,
      isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
      rackId: clientRack ?? '',
    }
  }
}
