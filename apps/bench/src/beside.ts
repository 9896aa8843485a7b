import type { Measured } from './in-turn.ts'
import { printTable, rate, times } from './table.ts'

/** Whom to stand beside: the first one whose label begins so, or whom a function picks. */
export type Baseline = string | ((measured: readonly Measured[]) => Measured | undefined)

/** The one that moved the most records a second. */
export function fastestNodePeer(measured: readonly Measured[]): Measured | undefined {
  const peers = measured.filter(({ kind }) => kind === 'node peer')
  return peers.toSorted((one, other) => speed(other) - speed(one))[0]
}

/**
 * Rate and CPU of each, beside the first of the baselines (beside the first entry where that was left out), and then
 * Partita's native transport beside each of the others.
 */
export function printBeside(
  title: string,
  measured: readonly Measured[],
  [first, ...others]: readonly [Baseline, ...Baseline[]],
): void {
  const base = find(measured, first) ?? measured[0]
  if (base === undefined) {
    console.log(`\n**${title}**\n\nNothing could be measured.`)
    return
  }
  printTable(
    title,
    ['client', 'records', 'beside', 'CPU µs/record', 'beside', 'peak MB resident'],
    measured.map((each) => [
      each.label,
      rate(speed(each)),
      times(speed(each) / speed(base)),
      number(cost(each), 2),
      times(cost(each) / cost(base)),
      number(each.figure('peakResidentMb'), 0),
    ]),
  )
  console.log(`\nBeside: ${base.label}.`)
  const further = new Set(others.map((other) => find(measured, other)))
  further.delete(base)
  const rows = [...further].flatMap((other) => rowsBeside(measured, other))
  if (rows.length > 0) printTable('In the same run', ['client beside another', 'records', 'CPU µs/record'], rows)
}

/** The yardstick says what the Node can do that it ran on, and nothing of another. */
function rowsBeside(measured: readonly Measured[], other: Measured | undefined): readonly (readonly string[])[] {
  if (other === undefined) return []
  return measured
    .filter(({ kind, label }) => kind === 'partita' && label.startsWith('partita native'))
    .filter(({ node }) => other.kind !== 'yardstick' || node === other.node)
    .map((each) => [
      `${each.label} beside ${other.label}`,
      times(speed(each) / speed(other)),
      times(cost(each) / cost(other)),
    ])
}

function find(measured: readonly Measured[], baseline: Baseline): Measured | undefined {
  if (typeof baseline === 'function') return baseline(measured)
  return measured.find(({ label }) => label.startsWith(baseline))
}

function speed({ figure }: Measured): number {
  return figure('recordsPerSecond')
}

function cost({ figure }: Measured): number {
  return figure('cpuMicrosPerRecord')
}

function number(figure: number, digits: number): string {
  return Number.isNaN(figure) ? '–' : figure.toFixed(digits)
}
