import { kafkaErrorCodes, PartitaError } from '@partita/protocol'
import { apiVersionsApi } from '@partita/wire'
import { type ApiVersions, apiVersionsOf } from './api-versions.ts'
import type { BrokerConnection } from './broker-connection.ts'

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
  return apiVersionsOf(answer.apiKeys, connection.broker, answer.finalizedFeatures)
}
