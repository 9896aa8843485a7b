import type { ConfigSet } from '../configs/config-set.ts'
import type { Partition } from './partition.ts'

/** A topic: a name, an id that no other topic ever has, settings and partitions. */
export interface Topic {
  readonly name: string
  /** 32 hexadecimal digits. A topic that is created again under its name gets another id. */
  readonly id: string
  readonly configs: ConfigSet
  /** By index. They may become more, never fewer. */
  readonly partitions: readonly Partition[]
}
