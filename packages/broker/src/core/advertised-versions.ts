import type { ServedApi } from './served-api.ts'

/** One row of an ApiVersions answer. */
export interface AdvertisedVersions {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export function advertisedVersions(served: readonly ServedApi[]): AdvertisedVersions[] {
  return served.map(({ api, versions: [first, last], advertisedFrom = first }) => ({
    apiKey: api.key,
    minVersion: advertisedFrom,
    maxVersion: last,
  }))
}
