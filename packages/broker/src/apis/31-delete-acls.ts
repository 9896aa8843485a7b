import { deleteAclsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { noAuthorizer } from './no-authorizer.ts'

/** There are no access rules to take away. */
export const deleteAcls: ServedApi = serve<typeof deleteAclsApi>({
  api: deleteAclsApi,
  versions: [1, 3],
  handle: ({ filters }) => ({ filterResults: filters.map(() => ({ ...noAuthorizer, matchingAcls: [] })) }),
  refuse: ({ filters }, errorCode) => ({ filterResults: filters.map(() => ({ errorCode, matchingAcls: [] })) }),
})
