import type { LogEntry } from '../stage.ts'
import { dim, pad } from '../paint.ts'

/** One line for each partition, its records from the oldest on, each as the figure wants it shown. */
export function partitionRows(
  log: readonly LogEntry[],
  partitions: number,
  show: (entry: LogEntry) => string,
): string[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const cells = log.filter((entry) => entry.partition === partition).map((entry) => pad(show(entry), 3))
    return `${dim(`partition ${partition} │`)} ${cells.length === 0 ? dim('(empty)') : cells.join(' ')}`
  })
}

/** Whether the numbers only ever grow. */
export function rising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > numbers[index - 1]!)
}
