import type { ProducerRecord } from '@partita/protocol'
import { partition as partitionOf } from '@partita/partitioners'
import { beside, box, dim, pad, tint } from '../paint.ts'
import type { LogEntry } from '../stage.ts'
import type { Figure } from './figure.ts'
import { partitionRows } from './partition-rows.ts'

const partitions = 3
const key = 'o-17'

/** F7: an explicit partition wins over the key's; three producers. */
export const explicitPartition: Figure = {
  title: 'an optional explicit [Partition] wins over Key % num_partitions',
  async play(stage) {
    const topic = await stage.topic('f7', partitions)
    const keyed = partitionOf(key, partitions, 'java')
    const explicit = (keyed + 1) % partitions
    const records: readonly (readonly [why: string, record: ProducerRecord])[] = [
      [`partition ${explicit}, key ${key}`, { topic, partition: explicit, key, value: 'A' }],
      [`key ${key}`, { topic, key, value: 'B' }],
      ['neither', { topic, value: 'C' }],
    ]
    const results = await Promise.all(records.map(([, record]) => stage.producer().send(record)))
    const refused = await stage
      .producer()
      .send({ topic, partition: partitions, key, value: 'D' })
      .then(
        () => 'taken',
        (error: Error) => error.message,
      )
    const log = await stage.readBack(topic)
    const show = ({ value }: LogEntry): string => tint(value.charCodeAt(0) - 65, value)
    return {
      lines: [
        ...beside([
          records.map(
            ([why], index) =>
              `${tint(index, `Producer ${'ABC'[index]}`)}  ${pad(why, 22)} ${dim('──▶')} partition ${results[index]!.partition}`,
          ),
          box('Topic', partitionRows(log, partitions, show)),
        ]),
        dim(`a partition that does not exist: ${refused.split('. ')[0]}`),
      ],
      claims: [
        { text: 'the explicit partition won', holds: results[0]!.partition === explicit },
        { text: 'the key alone went where its hash says', holds: results[1]!.partition === keyed },
        {
          text: 'a partition that does not exist was refused, not dropped',
          holds: refused.includes('partition') && log.length === 3,
        },
      ],
    }
  },
}
