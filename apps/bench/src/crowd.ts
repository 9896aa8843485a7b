/** A thousand partitions, two hundred groups, five hundred connections. */
export const crowd = { groups: 200, partitionsEach: 5, connections: 500 } as const

export interface Crowd {
  readonly brokers: readonly string[]
  readonly groups: number
}
