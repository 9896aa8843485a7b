import { partitionName, type TopicPartition } from '@partita/protocol'

/** A partition that the member has. */
export interface HeldPartition extends TopicPartition {
  /** The offset that the next record gets. */
  next: number
  /** `false`: it is being taken back. */
  delivering: boolean
}

/** The partitions that the member has, and which of them it has paused. */
export class HeldPartitions {
  readonly #held = new Map<string, HeldPartition>()
  readonly #paused = new Set<string>()

  get paused(): readonly string[] {
    return [...this.#paused]
  }

  all(): TopicPartition[] {
    return [...this.#held.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  find(place: TopicPartition): HeldPartition | undefined {
    return this.#held.get(partitionName(place))
  }

  add({ topic, partition }: TopicPartition, next: number): void {
    this.#held.set(partitionName({ topic, partition }), { topic, partition, next, delivering: true })
  }

  /** A partition that comes back is not paused. */
  drop(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(partitionName)) {
      this.#held.delete(name)
      this.#paused.delete(name)
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.add(partitionName(each))
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.delete(partitionName(each))
  }

  /** Throws where nothing can be delivered: the script is wrong. */
  receiver(place: TopicPartition, onItsWay: boolean): HeldPartition {
    const name = partitionName(place)
    const to = this.#held.get(name)
    if (to === undefined || !to.delivering) throw new Error(`${name} is not assigned, or is being taken back`)
    if (this.#paused.has(name) && !onItsWay) throw new Error(`${name} is paused: its fetch does not go on`)
    return to
  }
}
