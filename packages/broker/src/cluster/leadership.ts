/** Whether a node is up. */
export type IsUp = (node: number) => boolean

const allUp: IsUp = () => true

/** Nobody leads, as metadata says it. */
export const noLeader = -1

/**
 * Which nodes have a thing (a partition, a share of the coordinators' work, the controller's office), which of them could
 * take over, and which one leads. Whoever leads does so in an epoch of its own: each change of the leader, also to none,
 * begins the next one (Java: `PartitionRegistration`).
 */
export class Leadership {
  /** Node ids; who stands earlier leads rather. */
  readonly replicas: readonly number[]
  #inSync: readonly number[]
  #leader: number
  #epoch: number

  /** @param epoch the epoch that the first leader begins */
  constructor(replicas: readonly number[], isUp: IsUp = allUp, epoch = 0) {
    this.replicas = replicas
    const up = upOf(replicas, isUp)
    // With nobody there, the first is waited for.
    this.#inSync = up.length === 0 ? replicas.slice(0, 1) : up
    this.#leader = up[0] ?? noLeader
    this.#epoch = epoch
  }

  /** A node id, or `noLeader`. */
  get leader(): number {
    return this.#leader
  }

  get epoch(): number {
    return this.#epoch
  }

  /** The replicas that may lead: the last of them stays in it when it goes, and is waited for. */
  get inSync(): readonly number[] {
    return this.#inSync
  }

  /** Makes a replica lead that is in sync and up. Says whether it did not lead before. */
  moveTo(node: number): boolean {
    if (node === this.#leader) return false
    this.#leader = node
    this.#epoch += 1
    return true
  }

  /**
   * Takes in that a node has come or gone. The leader stays while it is up; else the first replica that is in sync takes over.
   * Says whether the leader is another.
   */
  update(isUp: IsUp): boolean {
    const able = this.#inSync.filter(isUp)
    if (able.length === 0) return this.moveTo(noLeader)
    const [next] = this.replicas.filter((node) => able.includes(node))
    const isNew = able.includes(this.#leader) ? false : this.moveTo(next!)
    // What they missed is theirs as soon as somebody leads: they share one log.
    this.#inSync = upOf(this.replicas, isUp)
    return isNew
  }
}

/** Those that are up; where that is all, as nearly always, there is no second list of them. */
function upOf(replicas: readonly number[], isUp: IsUp): readonly number[] {
  return replicas.every(isUp) ? replicas : replicas.filter(isUp)
}
