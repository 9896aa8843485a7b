import type { Clock } from '@partita/protocol'

/**
 * The time of day, asked for once a turn of the event loop: to ask the host for each record is 4 % of what a record costs
 * (measured). Within one turn nothing else can happen between two records anyway.
 */
export class TurnTime {
  readonly #clock: Clock
  #now: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    if (this.#now === undefined) {
      this.#now = this.#clock.now()
      this.#clock.defer(this.#forget)
    }
    return this.#now
  }

  readonly #forget = (): void => {
    this.#now = undefined
  }
}
