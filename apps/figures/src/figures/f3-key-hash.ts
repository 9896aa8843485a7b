import { partition } from '@partita/partitioners'
import { dim, pad, tint } from '../paint.ts'
import type { Figure } from './figure.ts'

const partitions = 4
const keys = ['o-17', 'o-18', 'o-19', 'o-20', 'user-7', 'ключ']

/** F3: the key decides, as in every Kafka client that agrees with Java. */
export const keyDecides: Figure = {
  title: 'ProducerRecord → Key % num_partitions → Producer',
  async play(stage) {
    const topic = await stage.topic('f3', partitions)
    const producer = stage.producer()
    const results = await Promise.all(keys.map((key) => producer.send({ topic, key, value: key })))
    const rows = keys.map((key, index) => {
      const computed = partition(key, partitions, 'java')
      const landed = results[index]!.partition
      return { key, computed, landed }
    })
    return {
      lines: rows.map(
        ({ key, computed, landed }) =>
          `${pad(tint(landed, key), 8)} ${dim('(murmur2(key) & 0x7fffffff) %')} ${partitions} = ${computed}   ${dim('──▶')}  partition ${tint(landed, String(landed))}`,
      ),
      claims: [
        { text: 'each landed where Java would have put it', holds: rows.every((row) => row.computed === row.landed) },
      ],
    }
  },
}
