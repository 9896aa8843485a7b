/** One row of an ApiVersions answer. */
export interface AdvertisedVersions {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

/** What a served API tells of its versions. */
interface Versioned {
  readonly api: { readonly key: number }
  readonly versions: readonly [first: number, last: number]
  readonly advertisedFrom?: number
}

export function advertisedVersions(served: readonly Versioned[]): AdvertisedVersions[] {
  return served.map(({ api, versions: [first, last], advertisedFrom = first }) => ({
    apiKey: api.key,
    minVersion: advertisedFrom,
    maxVersion: last,
  }))
}
