/** One request for metadata, and who waits for it. */
interface Round<R> {
  /** `undefined`: of no topic. */
  readonly topics: Set<string>
  readonly answer: Promise<R>
  readonly start: () => void
}

/**
 * Asks for metadata: one request at a time, each for all topics that are wanted when it leaves.
 * @param R what an answer is made into; each caller picks its own topic from it
 */
export class MetadataRounds<R> {
  readonly #ask: (topics: readonly string[]) => Promise<R>
  #current: Round<R> | undefined
  #next: Round<R> | undefined

  constructor(ask: (topics: readonly string[]) => Promise<R>) {
    this.#ask = ask
  }

  /**
   * @param topic `undefined`: only the nodes are wanted
   * @param isNews a request that has left already will not do: its answer may be older than what made the caller ask
   */
  join(topic: string | undefined, isNews: boolean): Promise<R> {
    const current = this.#current
    if (!isNews && current !== undefined && (topic === undefined || current.topics.has(topic))) return current.answer
    const next = (this.#next ??= this.#newRound())
    if (topic !== undefined) next.topics.add(topic)
    return next.answer
  }

  #newRound(): Round<R> {
    const topics = new Set<string>()
    const { promise, start } = startable(() => this.#ask([...topics]))
    const round = { topics, answer: promise, start }
    // At the end of the turn: what is wanted in one turn travels together.
    if (this.#current === undefined) queueMicrotask(() => this.#begin())
    return round
  }

  #begin(): void {
    const round = this.#next
    if (round === undefined || this.#current !== undefined) return
    this.#next = undefined
    this.#current = round
    const end = (): void => {
      this.#current = undefined
      this.#begin()
    }
    round.answer.then(end, end)
    round.start()
  }
}

/** A promise for what a function will give once it is started. */
function startable<R>(run: () => Promise<R>): { readonly promise: Promise<R>; readonly start: () => void } {
  let start = (): void => undefined
  const promise = new Promise<R>((resolve, reject) => {
    start = () => void run().then(resolve, reject)
  })
  return { promise, start: () => start() }
}
