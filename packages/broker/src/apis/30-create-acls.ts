import { createAclsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { noAuthorizer } from './no-authorizer.ts'

/** Access rules cannot be made: nothing would heed them. */
export const createAcls: ServedApi = serve<typeof createAclsApi>({
  api: createAclsApi,
  versions: [1, 3],
  handle: ({ creations }) => ({ results: creations.map(() => noAuthorizer) }),
  refuse: ({ creations }, errorCode) => ({ results: creations.map(() => ({ errorCode })) }),
})
