import { kafkaErrorCodes } from '@partita/protocol'
import { listGroupsApi } from '@partita/wire'
import { coordinatorError } from '../core/right-node.ts'
import type { ServedApi } from '../core/served-api.ts'
import { serve } from '../core/served-api.ts'

/** The groups that this node coordinates, or those of some states and types among them. */
export const listGroups: ServedApi = serve<typeof listGroupsApi>({
  api: listGroupsApi,
  versions: [0, 5],
  handle({ statesFilter, typesFilter }, context) {
    const here = [...context.broker.groups.all()].filter(({ id }) => coordinatorError('group', id, context) === 'NONE')
    const groups = here.map(({ id, protocolType, state, consumers }) => ({
      groupId: id,
      protocolType: consumers === undefined ? (protocolType ?? '') : 'consumer',
      groupState: state,
      groupType: consumers === undefined ? 'classic' : 'consumer',
    }))
    return {
      errorCode: kafkaErrorCodes.NONE,
      groups: groups.filter(
        ({ groupState, groupType }) => allows(statesFilter, groupState) && allows(typesFilter, groupType),
      ),
    }
  },
  refuse: (_request, errorCode) => ({ errorCode, groups: [] }),
})

/** An empty filter allows everything; names are compared without regard to case. */
function allows(filter: readonly string[], name: string): boolean {
  return filter.length === 0 || filter.some((one) => one.toLowerCase() === name.toLowerCase())
}
