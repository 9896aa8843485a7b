import { PartitaError } from '@partita/protocol'
import { alterConfigsApi } from '@partita/wire'
import { configsOf } from '../configs/config-resource.ts'
import type { ServedApi } from '../core/served-api.ts'
import { answering } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

/** Sets all settings of a resource at once: what is not named goes back to its default. */
export const alterConfigs: ServedApi = serve<typeof alterConfigsApi>({
  api: alterConfigsApi,
  versions: [0, 2],
  handle({ resources, validateOnly }, { broker }) {
    const responses = resources.map(({ configs, ...resource }) => {
      const result = answering(() => {
        const set = configsOf(resource, broker)
        const changes = new Map<string, string | undefined>()
        for (const name of set.overrides().keys()) changes.set(name, undefined)
        for (const { name, value } of configs) {
          if (value === null) throw new PartitaError('INVALID_REQUEST', `There is no value for ${name}.`)
          changes.set(name, value)
        }
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
