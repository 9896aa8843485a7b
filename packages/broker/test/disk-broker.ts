import { type Clock, systemClock } from '@partita/protocol'
import { createBrokerCore } from '../src/core/broker-core.ts'
import { brokerOver } from '../src/create-broker.ts'
import type { BrokerOptions, MemoryBroker } from '../src/index.ts'
import { openDiskStorage } from '../src/storage/disk-storage.ts'
import type { FsyncPolicy } from '../src/storage/flusher.ts'
import type { FakeFiles } from './fake-files.ts'

export interface DiskBroker {
  readonly broker: MemoryBroker
  readonly warnings: string[]
}

/** A broker over a fake file system. One that is not closed has died. */
export function brokerOn(
  files: FakeFiles,
  options: BrokerOptions = {},
  fsync: FsyncPolicy = 'never',
  clock: Clock = systemClock,
): DiskBroker {
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  const storage = openDiskStorage({ files, fsync, clock, warn })
  const core = createBrokerCore({ clock, ...options, onWarning: warn }, storage)
  return { broker: brokerOver(core, async () => undefined), warnings }
}

/** The file of a partition's first segment. */
export const firstSegment = (partition: string): string => `${partition}/${'0'.repeat(20)}.log`
