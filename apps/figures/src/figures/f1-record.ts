import { beside, box, dim } from '../paint.ts'
import type { Figure } from './figure.ts'

/** F1: a ProducerRecord goes to the producer, and comes to stand in a log. */
export const recordGoesIn: Figure = {
  title: 'ProducerRecord(topic, [partition], [key], value) → Producer',
  async play(stage) {
    const topic = await stage.topic('f1', 3)
    const record = { topic, key: 'o-17', value: JSON.stringify({ state: 'paid' }) }
    const { partition, offset, timestamp } = await stage.producer().send(record)
    const [stored, ...others] = await stage.readBack(topic)
    const lines = beside([
      box('ProducerRecord', [
        `topic      ${dim('…')}${topic.slice(-12)}`,
        `partition  ${dim('(none)')}`,
        `key        ${record.key}`,
        `value      ${record.value}`,
      ]),
      box('Producer', ['send(record)']),
      box('RecordMetadata', [
        `partition  ${partition}`,
        `offset     ${offset}`,
        `timestamp  ${new Date(timestamp).toISOString()}`,
      ]),
    ])
    const same = stored?.partition === partition && stored.offset === offset && stored.value === record.value
    return {
      lines,
      claims: [
        { text: 'read back: the same key and value, where the metadata says', holds: same && others.length === 0 },
      ],
    }
  },
}
