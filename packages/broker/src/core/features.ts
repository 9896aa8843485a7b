/** A feature of the whole cluster (KIP-584), at the level that is in force and could not be another. */
export interface Feature {
  readonly name: string
  readonly level: number
}

/** By these, clients see what the versions of the APIs do not tell: with `group.version` 1 there is KIP-848. */
export const features: readonly Feature[] = [{ name: 'group.version', level: 1 }]
