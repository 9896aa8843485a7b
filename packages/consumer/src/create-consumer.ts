import { GroupConsumer, type Consumer } from './consumer.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { resolveOptions } from './resolve-options.ts'

/**
 * Makes a consumer. Nothing happens before `run()`.
 *
 *     const consumer = createConsumer({ transport, groupId: 'billing', topics: ['orders'], handler: async (record) => { … } })
 *     await consumer.run()
 *
 * With `partitions` in place of `topics` it reads those, without being a member of a group.
 *
 * `K` and `V` are what `keyDeserializer` and `valueDeserializer` give; without them that is `Uint8Array`.
 *
 * @throws PartitaError `INVALID_OPTION` or `INVALID_TOPIC_EXCEPTION`: the option, what it was and what it may be;
 *   `UNSUPPORTED` where `closeOnSignals` is given and the host has no signals
 */
export function createConsumer<K = Uint8Array, V = Uint8Array>(options: ConsumerOptions<K, V>): Consumer {
  return new GroupConsumer(resolveOptions(options))
}
