import { beside, box, tint } from '../paint.ts'
import type { Figure } from './figure.ts'
import { partitionRows, rising } from './partition-rows.ts'

const names = ['A', 'B', 'C']
const perProducer = 6

/** F2: several producers write to the partitions of one topic. */
export const manyProducers: Figure = {
  title: 'several Producers → the partitions of one Topic',
  async play(stage) {
    const topic = await stage.topic('f2', 3)
    await Promise.all(
      names.map(async (name) => {
        const producer = stage.producer()
        // Each waits for one record before it sends the next, so the three take turns in the log.
        for (let i = 0; i < perProducer; i++) {
          await producer.send({ topic, key: `${name}-${i % 3}`, value: `${name}${i + 1}` })
        }
      }),
    )
    const log = await stage.readBack(topic)
    const show = ({ value }: { value: string }): string => tint(names.indexOf(value[0]!), value)
    const lines = beside([
      names.map((name, index) => tint(index, `Producer ${name}`)),
      box('Topic', partitionRows(log, 3, show)),
    ])
    const inOrder = names.every((name) =>
      [0, 1, 2].every((partition) =>
        rising(
          log.filter((e) => e.partition === partition && e.value.startsWith(name)).map((e) => Number(e.value.slice(1))),
        ),
      ),
    )
    return {
      lines,
      claims: [
        {
          text: `all ${names.length * perProducer} records are there, once each`,
          holds: new Set(log.map((e) => e.value)).size === log.length && log.length === names.length * perProducer,
        },
        { text: 'in each partition, each producer’s records stand in the order they were sent', holds: inOrder },
      ],
    }
  },
}
