import type { Bytes, PartitaError, TopicPartition } from '@partita/protocol'
import type { BufferMemory } from './buffer-memory.ts'
import type { Halts } from './halts.ts'
import type { HookDispatcher } from './hooks.ts'
import { keyIdentity } from './key-identity.ts'
import type { FailurePolicyName } from './options.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { OutstandingRecords } from './outstanding-records.ts'
import type { PartitionQueue } from './partition-queue.ts'

export interface FailurePorts {
  readonly outstanding: OutstandingRecords
  readonly memory: BufferMemory
  readonly halts: Halts
  readonly hooks: HookDispatcher
}

/** What happens when a batch has failed for good: to its records, and to those behind it. */
export class FailurePolicy {
  readonly #policy: FailurePolicyName
  readonly #ports: FailurePorts

  constructor(policy: FailurePolicyName, ports: FailurePorts) {
    this.#policy = policy
    this.#ports = ports
  }

  /** Rejects the head of a queue, then, in order, whatever the policy halts behind it. Nothing may be flying there. */
  failHead(queue: PartitionQueue, error: PartitaError): void {
    const { memory, halts, outstanding } = this.#ports
    const batch = queue.removeHead()
    this.failBatch(queue, batch, error)
    let freed = batch.bytes
    if (this.#halt(queue, batch, error)) {
      for (const sifted of queue.sift(({ key }) => halts.find(queue, key))) {
        outstanding.fail(sifted.shares)
        for (const haltError of sifted.errors) this.tellFailed(queue, haltError)
        freed += sifted.freed
      }
      memory.evict((waiter) => (waiter.queue === queue ? halts.find(queue, waiter.key) : undefined))
    }
    memory.release(freed)
  }

  /** Rejects a batch that is in no queue any more. It halts nothing, and keeps its memory. */
  failBatch(place: TopicPartition, batch: OutgoingBatch, error: PartitaError): void {
    batch.fail(error)
    this.#ports.outstanding.fail(batch.shares)
    for (let left = batch.count; left > 0; left--) this.tellFailed(place, error)
  }

  /** Tells the hook of one record. */
  tellFailed({ topic, partition }: TopicPartition, error: PartitaError): void {
    const { hooks } = this.#ports
    if (hooks.wants('recordFailed')) hooks.tell('recordFailed', { topic, partition, error })
  }

  /** @returns whether anything was halted */
  #halt(queue: PartitionQueue, batch: OutgoingBatch, cause: PartitaError): boolean {
    if (this.#policy === 'continue') return false
    const { halts, hooks } = this.#ports
    const keys = this.#policy === 'halt-key' ? keysOf(batch) : undefined
    if (keys?.size === 0) return false
    const byKey = keys !== undefined && halts.haltKeys(queue, keys, cause)
    if (!byKey) halts.haltPartition(queue, cause)
    if (hooks.wants('halted')) {
      const { topic, partition } = queue
      hooks.tell('halted', { topic, partition, keys: byKey ? keys.size : undefined, cause })
    }
    return true
  }
}

function keysOf(batch: OutgoingBatch): Map<string, Bytes> {
  const keys = new Map<string, Bytes>()
  for (const { key } of batch.records()) {
    if (key !== null) keys.set(keyIdentity(key), key)
  }
  return keys
}
