import type { KafkaErrorName } from '@partita/protocol'
import { describeClientQuotasApi, type RequestOf, type ResponseInput } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { errorAnswer, noError } from '../core/error-answer.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof describeClientQuotasApi>
type Response = ResponseInput<typeof describeClientQuotasApi>

/** What quotas can be of. */
const entityTypes: readonly string[] = ['user', 'client-id', 'ip']

/** Quotas: there are none, of anybody. */
export const describeClientQuotas: ServedApi = serve<typeof describeClientQuotasApi>({
  api: describeClientQuotasApi,
  versions: [0, 1],
  handle(request) {
    const fault = faultOf(request)
    if (fault === undefined) return { ...noError, entries: [] }
    return { ...errorAnswer(...fault), entries: null }
  },
  refuse: (_request, errorCode): Response => ({ errorCode, errorMessage: null, entries: null }),
})

/** Java: `ClientQuotaCache`. */
function faultOf({ components }: Request): [KafkaErrorName, string] | undefined {
  const types = components.map(({ entityType }) => entityType)
  if (types.includes('')) return ['INVALID_REQUEST', 'An entity type is empty.']
  const strange = types.find((type) => !entityTypes.includes(type))
  if (strange !== undefined) return ['UNSUPPORTED_VERSION', `There are no quotas of ${JSON.stringify(strange)}.`]
  if (new Set(types).size < types.length) return ['INVALID_REQUEST', 'An entity type is named more than once.']
  if (types.includes('ip') && types.length > 1) return ['INVALID_REQUEST', 'Quotas of addresses are of nothing else.']
  const wrong = components.find(({ matchType }) => matchType < 0 || matchType > 2)
  return wrong && ['INVALID_REQUEST', `There is no match type ${wrong.matchType}.`]
}
