import { kafkaErrorCodes } from '@partita/protocol'
import { apiVersionsApi } from '@partita/wire'
import { features } from '../core/features.ts'
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
    return {
      errorCode: kafkaErrorCodes.NONE,
      apiKeys: broker.apiVersions,
      // Before version 4 no feature may begin at 0.
      supportedFeatures: features.map(({ name: feature, level }) => ({
        name: feature,
        minVersion: version >= 4 ? 0 : 1,
        maxVersion: level,
      })),
      finalizedFeaturesEpoch: 0,
      finalizedFeatures: features.map(({ name: feature, level }) => ({
        name: feature,
        minVersionLevel: level,
        maxVersionLevel: level,
      })),
    }
  },
  refuse: (_request, errorCode) => ({ errorCode, apiKeys: [] }),
})
