/**
 * A thousand partitions, two hundred groups, five hundred connections. What they cost is measured when V8 has compiled what a few hundred
 * requests a second run through, which takes it a while.
 */
export const crowd = {
  groups: 200,
  partitionsEach: 5,
  connections: 500,
  settleMs: 20_000,
  measuredMs: 10_000,
  /** As long as a Fetch waits, unless told otherwise. */
  waitMs: 500,
} as const

export interface Crowd {
  readonly brokers: readonly string[]
  readonly groups: number
}

/** Connections to a bare server, of which each asks again as soon as it is answered. */
export interface BareCrowd {
  readonly port: number
  readonly connections: number
}
