import { PartitaError } from '@partita/protocol'
import type { Storage } from './storage.ts'

/** A feature of the cluster (KIP-584): what of it there is, and at which level it is used. */
export interface Feature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  /** 0: it is not used. */
  readonly level: number
}

/** The features whose level decides what clients do. */
const known: readonly Omit<Feature, 'level'>[] = [
  // From 1 on, there are groups of the consumer protocol (KIP-848); here there always are.
  { name: 'group.version', minVersion: 1, maxVersion: 1 },
  // From 2 on, transactions have an epoch each, and partitions join them by being written to (KIP-890).
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
]

/** The features of the cluster. */
export interface Features {
  /** Grows with every change of a level. */
  readonly epoch: number
  all(): readonly Feature[]
  /**
   * Throws what is wrong with a change.
   * @param mayLower whether a lower level than now is allowed
   * @throws PartitaError `INVALID_UPDATE_VERSION`
   */
  check(name: string, level: number, mayLower: boolean): void
  /** Throws as `check`. */
  update(name: string, level: number, mayLower: boolean): void
}

/** @param storage where levels are kept that were changed; default: each feature is at its highest */
export function createFeatures(storage: Pick<Storage, 'keep' | 'kept'>): Features {
  const levels = new Map<string, number>()
  let epoch = 1
  for (const [[name], kept] of storage.kept('feature')) {
    levels.set(name, Number(kept))
    epoch += 1
  }

  function find(name: string): Feature {
    const feature = known.find((each) => each.name === name)
    if (feature === undefined) {
      const names = known.map((each) => each.name).join(', ')
      throw new PartitaError(
        'INVALID_UPDATE_VERSION',
        `There is no feature ${JSON.stringify(name)}; there is ${names}.`,
      )
    }
    return { ...feature, level: levels.get(name) ?? feature.maxVersion }
  }

  function check(name: string, level: number, mayLower: boolean): void {
    const { minVersion, maxVersion, level: current } = find(name)
    if (level < minVersion || level > maxVersion) {
      const message = `${name} has levels ${minVersion} to ${maxVersion}; asked for ${level}.`
      throw new PartitaError('INVALID_UPDATE_VERSION', message)
    }
    if (level < current && !mayLower) {
      const message = `${name} is at level ${current}; for ${level}, ask for a downgrade.`
      throw new PartitaError('INVALID_UPDATE_VERSION', message)
    }
  }

  return {
    get epoch() {
      return epoch
    },
    all: () => known.map(({ name }) => find(name)),
    check,
    update(name, level, mayLower) {
      check(name, level, mayLower)
      if (find(name).level === level) return
      levels.set(name, level)
      epoch += 1
      storage.keep('feature', [name], level)
    },
  }
}
