import { kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { apiVersionsApi, type Api, type ResponseOf } from '@partita/wire'
import type { BrokerConnection } from './broker-connection.ts'

/** The versions that one broker serves. */
export interface ApiVersions {
  /**
   * The highest version of an API that both sides know.
   * @throws PartitaError `UNSUPPORTED_VERSION` naming both ranges
   */
  versionOf(api: Api): number
}

/** Kafka 2.4 and later know it; older ones say so in the form of v0 (KIP-511). */
const askedVersion = 3

/**
 * What the broker sees of this client's software (KIP-511). The number is not the package's: it grows when the way the
 * client talks to brokers changes.
 */
const software = { clientSoftwareName: 'partita', clientSoftwareVersion: '1' }

/** Asks a broker what it serves: the first request of every connection. */
export async function askApiVersions(connection: BrokerConnection): Promise<ApiVersions> {
  let answer = await connection.call(apiVersionsApi, software, askedVersion)
  if (answer.errorCode === kafkaErrorCodes.UNSUPPORTED_VERSION) answer = await connection.call(apiVersionsApi, {}, 0)
  if (answer.errorCode !== 0) {
    const text = `The broker refused to say which versions it serves: error ${answer.errorCode}.`
    throw new PartitaError('CONNECTION_FAILED', text, {
      broker: connection.broker,
      api: 'ApiVersions',
      retriable: true,
    })
  }
  return apiVersionsOf(answer.apiKeys, connection.broker)
}

/** Reads the answer of a broker. */
export function apiVersionsOf(
  apiKeys: ResponseOf<typeof apiVersionsApi>['apiKeys'],
  broker: string | undefined,
): ApiVersions {
  const served = new Map(apiKeys.map((each) => [each.apiKey, each]))
  // Worked out once for each API: this is asked with every request.
  const common = new Map<number, number>()

  function negotiate(api: Api): number {
    const [ownMin, ownMax] = api.versions
    const theirs = served.get(api.key)
    if (theirs === undefined) throw refusal(api, 'does not serve it', broker)
    const version = Math.min(ownMax, theirs.maxVersion)
    if (version < ownMin || version < theirs.minVersion)
      throw refusal(api, `serves ${theirs.minVersion} to ${theirs.maxVersion}`, broker)
    return version
  }

  return {
    versionOf(api) {
      let version = common.get(api.key)
      if (version === undefined) common.set(api.key, (version = negotiate(api)))
      return version
    },
  }
}

function refusal({ name, versions: [min, max] }: Api, theirs: string, broker: string | undefined): PartitaError {
  const text = `There is no version of ${name} that both sides know: this client knows ${min} to ${max}, the broker ${theirs}.`
  return new PartitaError('UNSUPPORTED_VERSION', text, { api: name, broker })
}
