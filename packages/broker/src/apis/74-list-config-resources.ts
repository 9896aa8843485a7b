import { kafkaErrorCodes } from '@partita/protocol'
import { listConfigResourcesApi, type ResponseInput } from '@partita/wire'
import { resourceTypes } from '../configs/config-resource.ts'
import type { BrokerState } from '../core/broker-state.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

type Resource = ResponseInput<typeof listConfigResourcesApi>['configResources'][number]

/** Types that may be asked for (Java: `ConfigResource.Type`): of loggers, client metrics and groups nothing has settings here. */
const types: readonly number[] = [resourceTypes.topic, resourceTypes.broker, 8, 16, 32]

/** What has settings. Version 0 asks for client metrics only, of which there are none. */
export const listConfigResources: ServedApi = serve<typeof listConfigResourcesApi>({
  api: listConfigResourcesApi,
  versions: [0, 1],
  handle({ resourceTypes: asked }, { version, broker }) {
    if (asked.some((type) => !types.includes(type))) return refused(kafkaErrorCodes.UNSUPPORTED_VERSION)
    const wants = (type: number): boolean => version > 0 && (asked.length === 0 || asked.includes(type))
    const configResources = Array.from(resourcesOf(broker)).filter(({ resourceType }) => wants(resourceType!))
    return { errorCode: kafkaErrorCodes.NONE, configResources }
  },
  refuse: (_request, errorCode) => refused(errorCode),
})

function* resourcesOf({ cluster, topics }: BrokerState): Generator<Resource, void, undefined> {
  for (const { id } of cluster.nodes) yield { resourceName: String(id), resourceType: resourceTypes.broker }
  for (const { name } of topics.all()) yield { resourceName: name, resourceType: resourceTypes.topic }
}

function refused(errorCode: number): ResponseInput<typeof listConfigResourcesApi> {
  return { errorCode, configResources: [] }
}
