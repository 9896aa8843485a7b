import { bytesSerde, deserialize, type ConsumerRecord, type Deserializer, type SerdeContext } from '@partita/protocol'
import type { Task } from './lane.ts'

/** How a record is brought into the form that the handler takes. Throws what the deserializers throw. */
export function recordDecoder<K, V>(
  keyDeserializer: Deserializer<K>,
  valueDeserializer: Deserializer<V>,
): (task: Task) => ConsumerRecord<K, V> {
  const readKey = reader(keyDeserializer, 'key')
  const readValue = reader(valueDeserializer, 'value')
  return (task) => {
    const { owner, source, key, value } = task
    return {
      topic: owner.topic,
      partition: owner.partition,
      offset: task.offset,
      timestamp: source.timestamp,
      key: key === null ? null : readKey(key, task),
      value: value === null ? null : readValue(value, task),
      headers: source.headers,
    }
  }
}

/** The record as the bytes it came in. */
export const rawRecord: (task: Task) => ConsumerRecord = recordDecoder(bytesSerde, bytesSerde)

function reader<T>(
  deserializer: Deserializer<T>,
  target: SerdeContext['target'],
): (bytes: Uint8Array, task: Task) => T {
  // The common case costs nothing: what is read is what is there.
  if ((deserializer as Deserializer<unknown>) === bytesSerde) return (bytes) => bytes as T
  return (bytes, task) =>
    deserialize(deserializer, bytes, { topic: task.owner.topic, target, headers: task.source.headers })
}
