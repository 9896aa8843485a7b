// v0-2: empty request. v3 (KIP-511): the client's software, and features as tagged fields. v4: a feature's minimum may
// be 0. The response's header is v0 in every version, so that a client can read an answer to a version it guessed; a
// broker that does not know the version answers with error 35 in the body of v0.
import { array, bool, defineApi, int16, int32, int64, since, string, struct, tagged } from '../schema/index.ts'

/** ApiVersions: which APIs and versions a broker serves; the first request of nearly every connection. */
export const apiVersionsApi = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexibleFrom: 3,
  request: () =>
    struct({
      clientSoftwareName: since(3, string),
      clientSoftwareVersion: since(3, string),
    }),
  response: () =>
    struct({
      errorCode: int16,
      apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
      throttleTimeMs: since(1, int32),
      supportedFeatures: tagged(0, 3, array(struct({ name: string, minVersion: int16, maxVersion: int16 }))),
      finalizedFeaturesEpoch: tagged(1, 3, int64, -1),
      finalizedFeatures: tagged(2, 3, array(struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 }))),
      zkMigrationReady: tagged(3, 3, bool),
    }),
})
