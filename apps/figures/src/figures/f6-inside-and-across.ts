import { beside, box, dim, tint } from '../paint.ts'
import type { LogEntry } from '../stage.ts'
import type { Figure } from './figure.ts'
import { partitionRows, rising } from './partition-rows.ts'

const names = ['X', 'Y']
const perProducer = 8

/** F6: two producers, one topic: order holds inside a partition, not across. */
export const insideAndAcross: Figure = {
  title: 'two Producers, one Topic: order inside a partition, not across',
  async play(stage) {
    const topic = await stage.topic('f6', 2)
    const [x, y] = [stage.producer(), stage.producer()]
    const sends: Promise<unknown>[] = []
    for (let i = 1; i <= perProducer; i++) {
      // The producers take turns; each spreads its records over both partitions.
      sends.push(
        x.send({ topic, partition: i % 2, value: `X${i}` }),
        y.send({ topic, partition: (i >> 1) % 2, value: `Y${i}` }),
      )
    }
    await Promise.all(sends)
    const log = await stage.readBack(topic)
    const show = ({ value }: LogEntry): string => tint(names.indexOf(value[0]!), value)
    const inversion = firstInversion(log)
    return {
      lines: [
        ...beside([
          names.map((name, index) => tint(index, `Producer ${name}`)),
          box('Topic', partitionRows(log, 2, show)),
          box('Consumer', ['read, from first to last:', log.map(show).join(' ')]),
        ]),
        inversion === undefined
          ? dim('across partitions: this time the reader happened to see the order of the sends')
          : dim(`across partitions: ${inversion[0]} was read before ${inversion[1]}, which was sent first`),
      ],
      claims: [
        {
          text: 'inside each partition, each producer’s records stand in the order of its sends',
          holds: [0, 1].every((partition) =>
            names.every((name) =>
              rising(
                numbersOf(
                  log.filter((entry) => entry.partition === partition),
                  name,
                ),
              ),
            ),
          ),
        },
      ],
    }
  },
}

function numbersOf(log: readonly LogEntry[], name: string): number[] {
  return log.filter((entry) => entry.value.startsWith(name)).map((entry) => Number(entry.value.slice(1)))
}

/** Two records of one producer that were read in another order than they were sent. */
function firstInversion(log: readonly LogEntry[]): readonly [string, string] | undefined {
  for (const name of names) {
    const numbers = numbersOf(log, name)
    const index = numbers.findIndex((number, i) => i > 0 && number < numbers[i - 1]!)
    if (index > 0) return [`${name}${numbers[index - 1]}`, `${name}${numbers[index]}`]
  }
  return undefined
}
