import { describeAclsApi } from '@partita/wire'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'
import { errorAnswer } from '../core/error-answer.ts'

/** There are no access rules: everything is allowed to everyone who may connect. */
export const describeAcls: ServedApi = serve<typeof describeAclsApi>({
  api: describeAclsApi,
  versions: [1, 3],
  // In Kafka the brokers answer it, and its controllers what changes them: in other words.
  handle: () => ({ ...errorAnswer('SECURITY_DISABLED', 'No Authorizer is configured on the broker'), resources: [] }),
  refuse: (_request, errorCode) => ({ errorCode, resources: [] }),
})
