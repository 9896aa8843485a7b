import { Signal } from '../signal.ts'

/** What holds from one time that the member has joined to the next. */
export class Round {
  /** Fires with the reason why the member has to join again. What it owns is its own until it gives it up. */
  readonly rejoin: Signal<string> = new Signal()
  /** Fires when the group does not count the member any more, with the reason to join again. */
  readonly lost: Signal<string> = new Signal()

  get over(): boolean {
    return this.rejoin.fired || this.lost.fired
  }

  /** Settles with the reason to join again. */
  get end(): Promise<string> {
    return Promise.race([this.rejoin.promise, this.lost.promise])
  }
}
