/** Whoever wants to hear of something. */
export interface Listeners<T> {
  readonly size: number
  /** Adds one; the returned function takes it out again. */
  readonly add: (listener: (news: T) => void) => () => void
  /** Calls those that are there now; one may take itself or others out meanwhile. */
  readonly notify: (news: T) => void
}

export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(news: T) => void>()
  return {
    get size() {
      return listeners.size
    },
    add(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    notify(news) {
      for (const listener of listeners) listener(news)
    },
  }
}
