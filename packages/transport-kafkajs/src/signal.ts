/** Something that happens once, and can be waited for. */
export class Signal<T> {
  readonly promise: Promise<T>
  #resolve!: (value: T) => void
  #fired = false
  #value: T | undefined

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get fired(): boolean {
    return this.#fired
  }

  /** What it fired with. */
  get value(): T | undefined {
    return this.#value
  }

  /** The first time counts. */
  fire(value: T): void {
    if (this.#fired) return
    this.#fired = true
    this.#value = value
    this.#resolve(value)
  }
}
