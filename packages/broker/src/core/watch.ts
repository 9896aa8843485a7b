/** Where news comes from: calls back until the returned function is called. */
export type NewsSource = (listener: () => void) => () => void

/**
 * Hears of news, also while nobody waits for any: who asks again and again sees at one look whether there is anything to look through.
 * One that is kept goes on from one waiting to the next; another ends with it.
 */
export class Watch {
  #forgets: readonly (() => void)[] = []
  readonly #waiting: (() => void)[] = []
  #isKept: boolean
  #hasNews = true

  constructor(isKept: boolean) {
    this.#isKept = isKept
  }

  /** Whether anything has happened since `over`, or `catchUp`, was called. Before that all is news. */
  get hasNews(): boolean {
    return this.#hasNews
  }

  /** From here on it hears of these, and of nothing else. */
  over(sources: readonly NewsSource[]): void {
    this.#forget()
    this.#forgets = sources.map((add) => add(this.#note))
    this.#hasNews = false
  }

  /** What has happened so far is no news any more: it is being looked at. */
  catchUp(): void {
    this.#hasNews = false
  }

  /** What it is about is another now. */
  reset(): void {
    this.#forget()
    this.#hasNews = true
  }

  /** Calls back at each piece of news, until the returned function is called. */
  wait(listener: () => void): () => void {
    this.#waiting.push(listener)
    return () => {
      this.#waiting.splice(this.#waiting.indexOf(listener), 1)
      this.#endUnlessNeeded()
    }
  }

  /** It is not kept any longer than somebody waits. */
  release(): void {
    this.#isKept = false
    this.#endUnlessNeeded()
  }

  readonly #note = (): void => {
    this.#hasNews = true
    // Whoever comes has to look, whatever else happens: it may be long until somebody comes.
    if (this.#waiting.length === 0) this.#forget()
    for (const listener of this.#waiting) listener()
  }

  #endUnlessNeeded(): void {
    if (!this.#isKept && this.#waiting.length === 0) this.reset()
  }

  #forget(): void {
    for (const forget of this.#forgets) forget()
    this.#forgets = []
  }
}
