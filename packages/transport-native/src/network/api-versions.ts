import { PartitaError } from '@partita/protocol'
import type { Api, apiVersionsApi, ResponseOf } from '@partita/wire'

/** The versions that one broker serves. */
export interface ApiVersions {
  /**
   * The highest version of an API that both sides know.
   * @param atMost for a request that a higher version could not say
   * @throws PartitaError `UNSUPPORTED_VERSION` naming both ranges
   */
  versionOf(api: Api, atMost?: number): number
  /** The level of a feature that the whole cluster has agreed on (KIP-584); 0 where there is none. */
  featureLevel(feature: string): number
}

/** Reads the answer of a broker. */
export function apiVersionsOf(
  apiKeys: ResponseOf<typeof apiVersionsApi>['apiKeys'],
  broker: string | undefined,
  features: ResponseOf<typeof apiVersionsApi>['finalizedFeatures'] = [],
): ApiVersions {
  const served = new Map(apiKeys.map((each) => [each.apiKey, each]))
  // Worked out once for each API: this is asked with every request.
  const common = new Map<Api, number>()
  const levels = new Map(features.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))

  function negotiate(api: Api, atMost: number): number {
    const [ownMin, newest] = api.versions
    const ownMax = Math.min(newest, atMost)
    const theirs = served.get(api.key)
    const own = `${ownMin} to ${ownMax}`
    if (theirs === undefined) throw refusal(api, own, 'does not serve it', broker)
    const version = Math.min(ownMax, theirs.maxVersion)
    if (version < ownMin || version < theirs.minVersion)
      throw refusal(api, own, `serves ${theirs.minVersion} to ${theirs.maxVersion}`, broker)
    return version
  }

  return {
    versionOf(api, atMost) {
      let version = common.get(api)
      if (version === undefined) common.set(api, (version = negotiate(api, Infinity)))
      return atMost === undefined || version <= atMost ? version : negotiate(api, atMost)
    },
    featureLevel: (feature) => levels.get(feature) ?? 0,
  }
}

function refusal({ name }: Api, own: string, theirs: string, broker: string | undefined): PartitaError {
  const text = `There is no version of ${name} that both sides know: this client knows ${own}, the broker ${theirs}.`
  return new PartitaError('UNSUPPORTED_VERSION', text, { api: name, broker })
}
