import { PartitaError } from '@partita/protocol'
import type { findCoordinatorApi, RequestInput, ResponseOf } from '@partita/wire'
import type { Endpoint } from '../network/connector.ts'
import { kafkaError } from './kafka-error.ts'

export type CoordinatorType = 'group' | 'transaction'

const keyTypes: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1 }

export interface Coordinator extends Endpoint {
  readonly nodeId: number
}

/** Who coordinates what, as far as somebody has asked. */
export class Coordinators {
  readonly #find: (body: RequestInput<typeof findCoordinatorApi>) => Promise<ResponseOf<typeof findCoordinatorApi>>
  readonly #known = new Map<string, number>()
  readonly #asked = new Map<string, Promise<Coordinator>>()

  constructor(find: (body: RequestInput<typeof findCoordinatorApi>) => Promise<ResponseOf<typeof findCoordinatorApi>>) {
    this.#find = find
  }

  known(type: CoordinatorType, key: string): number | undefined {
    return this.#known.get(cacheKey(type, key))
  }

  forget(type: CoordinatorType, key: string): void {
    this.#known.delete(cacheKey(type, key))
  }

  /** Asks; those who ask for the same at the same time share the answer. */
  ask(type: CoordinatorType, key: string): Promise<Coordinator> {
    const cached = cacheKey(type, key)
    let asked = this.#asked.get(cached)
    if (asked === undefined) {
      asked = this.#ask(type, key).finally(() => this.#asked.delete(cached))
      this.#asked.set(cached, asked)
    }
    return asked
  }

  async #ask(type: CoordinatorType, key: string): Promise<Coordinator> {
    // The fields of all versions: those that the broker's has not are left out.
    const answer = await this.#find({ key, keyType: keyTypes[type], coordinatorKeys: [key] })
    const found = answer.coordinators.find((each) => each.key === key) ?? answer
    const place = type === 'group' ? { api: 'FindCoordinator', groupId: key } : { api: 'FindCoordinator' }
    if (found.errorCode !== 0) throw kafkaError(found.errorCode, place, found.errorMessage)
    if (found.host === '') {
      const text = `The broker named no coordinator for the ${type} ${JSON.stringify(key)}.`
      throw new PartitaError('COORDINATOR_NOT_AVAILABLE', text, { ...place, retriable: true })
    }
    this.#known.set(cacheKey(type, key), found.nodeId)
    return found
  }
}

function cacheKey(type: CoordinatorType, key: string): string {
  return `${type} ${key}`
}
