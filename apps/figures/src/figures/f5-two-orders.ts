import { setTimeout as sleep } from 'node:timers/promises'
import { createConsumer } from '@partita/consumer'
import { dim, pad, tint } from '../paint.ts'
import type { Figure } from './figure.ts'
import { rising } from './partition-rows.ts'

const keys = ['a', 'b', 'c']
/** The log, record by record, with the milliseconds of work that each one needs. */
const script: readonly (readonly [key: string, workMs: number])[] = [
  ['a', 90],
  ['b', 30],
  ['a', 30],
  ['c', 60],
  ['b', 60],
  ['a', 20],
  ['c', 30],
  ['b', 20],
  ['c', 40],
]
const columnMs = 5

interface Span {
  readonly key: string
  readonly label: string
  readonly offset: number
  readonly from: number
  to: number
}

/** F5: the log has one order, the handlers another; for each key they agree. */
export const twoOrders: Figure = {
  title: 'at the Consumer: partition order beside processing order',
  async play(stage) {
    const topic = await stage.topic('f5', 1)
    const producer = stage.producer()
    await Promise.all(script.map(([key, workMs]) => producer.send({ topic, key, value: String(workMs) })))

    const spans: Span[] = []
    const finished: Span[] = []
    const start = performance.now()
    const consumer = createConsumer({
      transport: stage.transport,
      groupId: stage.groupId('f5'),
      topics: [topic],
      ordering: 'key',
      autoOffsetReset: 'earliest',
      handler: async ({ key, offset, value }) => {
        const name = new TextDecoder().decode(key!)
        const label = `${name}${spans.filter((other) => other.key === name).length + 1}`
        const span: Span = { key: name, label, offset, from: performance.now() - start, to: 0 }
        spans.push(span)
        await sleep(Number(new TextDecoder().decode(value!)))
        span.to = performance.now() - start
        finished.push(span)
        if (finished.length === script.length) void consumer.close()
      },
    })
    await consumer.run()

    const zero = Math.min(...spans.map((span) => span.from))
    const show = (span: Span): string => tint(keys.indexOf(span.key), span.label)
    const byOffset = [...spans].sort((one, other) => one.offset - other.offset)
    const overlaps = spans.some((span) =>
      spans.some((other) => other.key !== span.key && other.from < span.to && span.from < other.to),
    )
    const ofKey = (key: string, list: readonly Span[]): number[] =>
      list.filter((span) => span.key === key).map((span) => span.offset)
    return {
      lines: [
        `${dim('partition order ')} ${byOffset.map(show).join(' ')}   ${dim('the log’s')}`,
        `${dim('processing order')} ${finished.map(show).join(' ')}   ${dim('as handlers finished')}`,
        '',
        ...keys.map(
          (key, index) =>
            `${dim(`key ${key} │`)}${timeline(
              spans.filter((span) => span.key === key),
              zero,
              index,
            )}`,
        ),
        dim(`      └ ${columnMs} ms a column; one lane for each key, all lanes at once`),
      ],
      claims: [
        { text: 'handlers of different keys ran at the same time', holds: overlaps },
        {
          text: 'for each key the two orders agree',
          holds: keys.every((key) => rising(ofKey(key, spans)) && rising(ofKey(key, finished))),
        },
      ],
    }
  },
}

function timeline(spans: readonly Span[], zero: number, colour: number): string {
  let line = ''
  let column = 0
  for (const span of spans) {
    const from = Math.max(column, Math.round((span.from - zero) / columnMs))
    const width = Math.max(span.label.length + 2, Math.round((span.to - span.from) / columnMs))
    const bar = pad(`▐${span.label}${'░'.repeat(width - span.label.length - 2)}▌`, width)
    line += ' '.repeat(from - column) + tint(colour, bar)
    column = from + width
  }
  return line
}
