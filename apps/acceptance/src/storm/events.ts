import { readFileSync } from 'node:fs'

/**
 * What a member writes down, one line each, before it goes on: a killed member's file tells what it had begun.
 * Times are nanoseconds of the machine's monotonic clock, which all processes share.
 */
export interface HandlerEvent {
  readonly kind: 'start' | 'end'
  readonly key: string
  readonly partition: number
  readonly offset: number
  readonly fence: number
  readonly at: number
}

export function formatEvent({ kind, key, partition, offset, fence, at }: HandlerEvent): string {
  return `${kind} ${key} ${partition} ${offset} ${fence} ${at}\n`
}

/** Reads a member's file; a last line that was cut by a kill is left out. */
export function readEvents(file: string): HandlerEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.pop()
  return lines.map((line) => {
    const [kind, key, partition, offset, fence, at] = line.split(' ')
    return {
      kind: kind === 'start' ? 'start' : 'end',
      key: key!,
      partition: Number(partition),
      offset: Number(offset),
      fence: Number(fence),
      at: Number(at),
    }
  })
}
