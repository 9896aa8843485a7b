/** Something that happens once, and can be waited for. */
export class Signal<T = void> {
  readonly promise: Promise<T>
  #resolve!: (value: T) => void
  #fired = false

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get fired(): boolean {
    return this.#fired
  }

  /** The first time counts. */
  fire(value: T): void {
    if (this.#fired) return
    this.#fired = true
    this.#resolve(value)
  }
}
