/** Whoever wants to hear of something. */
export class Listeners<T> {
  /** Made for the first: most of the thousands of logs that a broker may have are waited for by nobody. */
  #listeners: Set<(news: T) => void> | undefined

  get size(): number {
    return this.#listeners?.size ?? 0
  }

  /** Adds one; the returned function takes it out again. */
  add(listener: (news: T) => void): () => void {
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** Calls those that are there now; one may take itself or others out meanwhile. */
  notify(news: T): void {
    if (this.#listeners === undefined) return
    for (const listener of this.#listeners) listener(news)
  }
}
