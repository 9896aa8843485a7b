import { kafkaErrorCodes } from '@partita/protocol'
import type { CoordinatorKind } from '../cluster/cluster.ts'
import type { Answer, RequestContext, ServedApi } from './served-api.ts'

type Served = Answer<never> | Promise<Answer<never>>

/**
 * Has a request served if it came to the node that is there for it, and refused if not. One that waits at a coordinator is
 * refused when the coordinator moves, as its answer would come from the wrong node.
 */
export function serveAtRightNode(served: ServedApi, body: never, context: RequestContext): Served {
  const { version, node, broker } = context
  const { cluster } = broker
  if (cluster.nodes.length === 1) return served.handle(body, context)
  const refuse = (error: 'NOT_CONTROLLER' | 'NOT_COORDINATOR'): Answer<never> =>
    served.refuse!(body, kafkaErrorCodes[error], context) as Answer<never>
  const { controllerUpTo = -1 } = served
  if (version <= controllerUpTo && cluster.controllerId !== node.id) return refuse('NOT_CONTROLLER')
  const place = served.coordinated?.(body, version)
  if (place === undefined) return served.handle(body, context)
  const isHere = (): boolean => coordinatorError(place.kind, place.key, context) === 'NONE'
  if (!isHere()) return refuse('NOT_COORDINATOR')
  const answer = served.handle(body, context)
  if (!(answer instanceof Promise)) return answer
  return new Promise((resolve, reject) => {
    const forget = cluster.onMove(() => {
      if (isHere()) return
      forget()
      resolve(refuse('NOT_COORDINATOR'))
    })
    answer.finally(forget).then(resolve, reject)
  })
}

/** Why a node cannot answer about a group or a transactional id. */
export function coordinatorError(
  kind: CoordinatorKind,
  key: string,
  { node, broker }: Pick<RequestContext, 'node' | 'broker'>,
): 'NONE' | 'NOT_COORDINATOR' {
  const { cluster } = broker
  return cluster.nodes.length === 1 || cluster.coordinatorOf(kind, key) === node.id ? 'NONE' : 'NOT_COORDINATOR'
}
