import { describeConfigsApi, type RequestOf, type ResponseInput } from '@partita/wire'
import { configTypes } from '../configs/config-definition.ts'
import { configsOf, resourceTypes } from '../configs/config-resource.ts'
import { configSources, type DescribedConfig, describeConfigs as describe } from '../configs/describe-configs.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { answering } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof describeConfigsApi>
type ResourceRequest = Request['resources'][number]
type ResourceResponse = ResponseInput<typeof describeConfigsApi>['results'][number]

/** All settings of topics and of the broker. */
export const describeConfigs: ServedApi = serve<typeof describeConfigsApi>({
  api: describeConfigsApi,
  versions: [1, 4],
  handle: (request, { broker }) => ({ results: request.resources.map((one) => describeOne(one, request, broker)) }),
  refuse: ({ resources }, errorCode) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      errorCode,
      resourceType,
      resourceName,
      configs: [],
    })),
  }),
})

function describeOne(
  { resourceType, resourceName, configurationKeys }: ResourceRequest,
  { includeSynonyms }: Request,
  broker: BrokerState,
): ResourceResponse {
  let described: DescribedConfig[] = []
  const result = answering(() => {
    const configs = configsOf({ resourceType, resourceName }, broker)
    const isTopic = resourceType === resourceTypes.topic
    described = describe(configs, isTopic ? configSources.topic : configSources.staticBroker, broker.configs)
  })
  // No keys at all stand for all of them, as null does.
  const wanted = configurationKeys?.length
    ? described.filter(({ name }) => configurationKeys.includes(name))
    : described
  const configs = wanted.map(({ name, value, source, synonyms, type }) => ({
    name,
    value,
    readOnly: false,
    configSource: source,
    isSensitive: false,
    synonyms: includeSynonyms ? synonyms : [],
    configType: configTypes[type],
  }))
  return { ...result, resourceType, resourceName, configs }
}
