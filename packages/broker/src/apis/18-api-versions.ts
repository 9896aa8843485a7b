import { kafkaErrorCodes } from '@partita/protocol'
import { apiVersionsApi, type ResponseInput } from '@partita/wire'
import type { Features } from '../core/features.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** What a client may call itself (KIP-511). */
const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

/** Which APIs there are, in which versions. */
export const apiVersions: ServedApi = serve<typeof apiVersionsApi>({
  api: apiVersionsApi,
  versions: [0, 4],
  handle({ clientSoftwareName: name, clientSoftwareVersion: release }, { version, broker, sasl, introduce }) {
    if (version >= 3) {
      if (!softwareName.test(name) || !softwareName.test(release)) {
        return { errorCode: kafkaErrorCodes.INVALID_REQUEST, apiKeys: [] }
      }
      introduce(`${name} ${release}`)
    }
    sasl?.toldVersions()
    return { errorCode: kafkaErrorCodes.NONE, apiKeys: broker.apiVersions, ...told(broker.features, version) }
  },
  refuse: (_request, errorCode) => ({ errorCode, apiKeys: [] }),
})

type FeaturesTold = Pick<
  ResponseInput<typeof apiVersionsApi>,
  'supportedFeatures' | 'finalizedFeaturesEpoch' | 'finalizedFeatures'
>

/** Before version 4, clients take a feature that begins at 0 for a broken one (KAFKA-17011). */
function told(features: Features, version: number): FeaturesTold {
  const all = features.all()
  return {
    supportedFeatures: all.filter(({ minVersion }) => version >= 4 || minVersion > 0),
    finalizedFeaturesEpoch: features.epoch,
    finalizedFeatures: all
      .filter(({ level }) => level > 0)
      .map(({ name, level }) => ({ name, minVersionLevel: level, maxVersionLevel: level })),
  }
}
