import { describeAclsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { noAuthorizer } from './no-authorizer.ts'

/** There are no access rules: everything is allowed to everyone who may connect. */
export const describeAcls: ServedApi = serve<typeof describeAclsApi>({
  api: describeAclsApi,
  versions: [1, 3],
  handle: () => ({ ...noAuthorizer, resources: [] }),
  refuse: (_request, errorCode) => ({ errorCode, resources: [] }),
})
