import type { Clock } from '@partita/protocol'
import { partitionName } from '@partita/protocol'
import type { BatchHeader } from '@partita/wire'
import type { ConfigSet } from '../configs/config-set.ts'
import { createPeriodic } from '../core/periodic.ts'
import { compactLog } from '../log/compaction/compact-log.ts'
import { logSettingsOf } from '../log/log-settings.ts'
import { applyRetention } from '../log/retention.ts'
import type { Partition } from './partition.ts'
import type { Topic } from './topic.ts'

/** Deletes and compacts what topics' settings say, from time to time. */
export interface LogKeeper {
  /** Begins to look. */
  start(): void
  /** A topic is there, or its settings have changed. */
  watch(topic: Topic): void
  /** Does all of it now, and compacts however little is new. Settles when it is done, or the broker is closed. */
  clean(): Promise<void>
  close(): void
}

export interface LogKeeperSurroundings {
  readonly clock: Clock
  /** Of the broker. */
  readonly configs: ConfigSet
  readonly topics: () => Iterable<Topic>
  readonly warn: (message: string) => void
}

export function createLogKeeper({ clock, configs, topics, warn }: LogKeeperSurroundings): LogKeeper {
  /** The run of compaction that is under way. */
  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  let isStarted = false
  let isClosed = false
  let stopWaiting: (() => void) | undefined

  const retention = createPeriodic(clock, () => configs.number('log.retention.check.interval.ms'), deleteOld)
  const compaction = createPeriodic(
    clock,
    () => configs.number('log.cleaner.backoff.ms'),
    () => {
      // A run that takes longer than the interval is not overtaken.
      if (!isRunning) void compactAll(false)
      return hasTopic(isCompacted)
    },
  )

  function hasTopic(holds: (topic: Topic) => boolean): boolean {
    for (const topic of topics()) if (holds(topic)) return true
    return false
  }

  function deleteOld(): boolean {
    const now = clock.now()
    for (const topic of topics()) {
      const settings = logSettingsOf(topic.configs)
      for (const partition of topic.partitions) {
        trying('cut by retention', topic, partition, () => applyRetention(partition.log, settings, now))
      }
    }
    return hasTopic(() => true)
  }

  function compactAll(isForced: boolean): Promise<void> {
    running = running.then(async () => {
      isRunning = true
      for (const topic of topics()) {
        if (!isCompacted(topic)) continue
        for (const partition of topic.partitions) await compact(topic, partition, isForced)
      }
      isRunning = false
    })
    return running
  }

  async function compact(topic: Topic, partition: Partition, isForced: boolean): Promise<void> {
    const { log } = partition
    if (isClosed || log.isClosed || log.failure !== undefined) return
    const isLastOfProducer = (header: BatchHeader): boolean => partition.isLastOfProducer(header)
    const options = { settings: logSettingsOf(topic.configs), now: clock.now(), isForced, isLastOfProducer, pause }
    try {
      await compactLog(log, options)
    } catch (error) {
      if (!log.isClosed && !isClosed) tell('compacted', topic, partition, error)
    }
  }

  /** Nobody turns the clock once the broker is closed. */
  function pause(): Promise<boolean> {
    return new Promise((resolve) => {
      stopWaiting = () => resolve(false)
      clock.defer(() => resolve(!isClosed))
    })
  }

  function trying(what: string, topic: Topic, partition: Partition, step: () => void): void {
    try {
      step()
    } catch (error) {
      tell(what, topic, partition, error)
    }
  }

  function tell(what: string, { name }: Topic, { index }: Partition, error: unknown): void {
    warn(`${partitionName({ topic: name, partition: index })} could not be ${what}: ${(error as Error).message}`)
  }

  function watch(topic: Topic): void {
    if (!isStarted || isClosed) return
    retention.start()
    if (isCompacted(topic)) compaction.start()
  }

  return {
    start() {
      isStarted = true
      for (const topic of topics()) watch(topic)
    },
    watch,
    async clean() {
      if (isClosed) return
      deleteOld()
      await compactAll(true)
    },
    close() {
      isClosed = true
      retention.stop()
      compaction.stop()
      stopWaiting?.()
    },
  }
}

function isCompacted({ configs }: Topic): boolean {
  return configs.includes('cleanup.policy', 'compact')
}
