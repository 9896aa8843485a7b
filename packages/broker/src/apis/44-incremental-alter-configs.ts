import { PartitaError } from '@partita/protocol'
import { incrementalAlterConfigsApi, type RequestOf } from '@partita/wire'
import { listOf } from '../configs/config-definition.ts'
import { configsOf } from '../configs/config-resource.ts'
import type { ConfigSet } from '../configs/config-set.ts'
import type { ServedApi } from '../core/served-api.ts'
import { answering } from '../core/error-answer.ts'
import { namedOnce } from '../core/named-once.ts'
import { serve } from '../core/served-api.ts'

type Change = RequestOf<typeof incrementalAlterConfigsApi>['resources'][number]['configs'][number]

/** What is done to one setting. (Java: `AlterConfigOp.OpType`.) */
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Changes single settings of topics and of the broker. */
export const incrementalAlterConfigs: ServedApi = serve<typeof incrementalAlterConfigsApi>({
  api: incrementalAlterConfigsApi,
  versions: [0, 1],
  handle({ resources, validateOnly }, { broker }) {
    const responses = resources.map(({ configs, ...resource }) => {
      const result = answering(() => {
        const set = configsOf(resource, broker)
        const repeated = namedOnce(configs).find(({ isRepeated }) => isRepeated)
        if (repeated !== undefined) {
          throw new PartitaError('INVALID_REQUEST', `The request names ${repeated.first.name} twice.`)
        }
        const changes = configs.map((change) => [change.name, valueAfter(change, set)] as const)
        if (validateOnly) set.check(changes)
        else set.change(changes)
      })
      return { ...resource, ...result }
    })
    return { responses }
  },
  refuse: ({ resources }, errorCode) => ({
    responses: resources.map(({ resourceType, resourceName }) => ({ errorCode, resourceType, resourceName })),
  }),
})

function valueAfter({ name, configOperation, value }: Change, set: ConfigSet): string | undefined {
  if (configOperation === operations.delete) return undefined
  if (value === null) throw new PartitaError('INVALID_REQUEST', `There is no value for ${name}.`)
  switch (configOperation) {
    case operations.set:
      return value
    case operations.append:
      return [...new Set([...partsOf(name, set), ...listOf(value)])].join(',')
    case operations.subtract: {
      const given = listOf(value)
      return partsOf(name, set)
        .filter((part) => !given.includes(part))
        .join(',')
    }
    default:
      throw new PartitaError('INVALID_REQUEST', `${configOperation} is not an operation; 0 to 3 are.`)
  }
}

function partsOf(name: string, set: ConfigSet): string[] {
  const value = set.text(name)
  if (set.definitions.some((definition) => definition.name === name && definition.type === 'list')) return listOf(value)
  throw new PartitaError('INVALID_CONFIG', `${name} is not a list: nothing can be added to or taken from it.`)
}
