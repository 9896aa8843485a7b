/**
 * What is wrong with bytes or with a value, found deep inside a schema. On its way out each level adds where it was; at
 * the edge, where API and version are known, it becomes a `PartitaError`. It never leaves the package.
 */
export class Fault extends Error {
  /** Position in the bytes where reading stopped; `undefined` while writing. */
  readonly position: number | undefined
  #path = ''

  constructor(message: string, position?: number) {
    super(message)
    this.position = position
  }

  /** `topicData[3].name`; empty at the top. */
  get path(): string {
    return this.#path
  }

  /** Puts a field's name, or `[index]`, before the path so far. */
  within(segment: string): this {
    const separator = this.#path === '' || this.#path.startsWith('[') ? '' : '.'
    this.#path = segment + separator + this.#path
    return this
  }
}

/** The error to throw on from a field or element named `segment`. */
export function located(error: unknown, segment: string): unknown {
  return error instanceof Fault ? error.within(segment) : error
}
