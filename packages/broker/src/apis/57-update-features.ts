import { kafkaErrorCodes } from '@partita/protocol'
import { type RequestOf, type ResponseInput, updateFeaturesApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { answering, type ErrorAnswer, errorAnswer, noError } from '../core/error-answer.ts'
import type { Features } from '../core/features.ts'
import { serve } from '../core/served-api.ts'

type Request = RequestOf<typeof updateFeaturesApi>
type Response = ResponseInput<typeof updateFeaturesApi>
type Update = Request['featureUpdates'][number]

const upgrade = 1

/** The levels of features: all that are asked for, or none. */
export const updateFeatures: ServedApi = serve<typeof updateFeaturesApi>({
  api: updateFeaturesApi,
  versions: [0, 2],
  handle(request, { version, broker }) {
    const result = firstError(request, version, broker.features)
    if (result.errorCode === kafkaErrorCodes.NONE && !request.validateOnly) {
      for (const update of request.featureUpdates) {
        broker.features.update(update.feature, update.maxVersionLevel, mayLower(update, version))
      }
    }
    return answer(request, result)
  },
  refuse: (request, errorCode) => answer(request, { errorCode, errorMessage: null }),
})

function firstError({ featureUpdates }: Request, version: number, features: Features): ErrorAnswer {
  if (featureUpdates.length === 0) return errorAnswer('INVALID_REQUEST', 'No feature is named.')
  if (new Set(featureUpdates.map(({ feature }) => feature)).size < featureUpdates.length) {
    return errorAnswer('INVALID_REQUEST', 'A feature is named more than once.')
  }
  for (const update of featureUpdates) {
    const { feature, maxVersionLevel } = update
    const result = answering(() => features.check(feature, maxVersionLevel, mayLower(update, version)))
    if (result.errorCode !== kafkaErrorCodes.NONE) return result
  }
  return noError
}

function mayLower({ allowDowngrade, upgradeType }: Update, version: number): boolean {
  return version === 0 ? allowDowngrade : upgradeType > upgrade
}

function answer({ featureUpdates }: Request, result: ErrorAnswer): Response {
  return { ...result, results: featureUpdates.map(({ feature }) => ({ feature, ...noError })) }
}
