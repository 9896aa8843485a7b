import type { Entry } from './contenders.ts'
import { median } from './meter.ts'
import { printTable, rate, times } from './table.ts'

/** The medians of what an entry's rounds measured. */
export interface Measured {
  readonly label: string
  readonly figure: (name: string) => number
}

/**
 * Every entry in turn, `rounds` times over: what drifts on the machine drifts for all of them. One that fails is said so,
 * and left out.
 */
export async function inTurn(rounds: number, entries: readonly Entry[]): Promise<readonly Measured[]> {
  const readings = new Map(entries.map((entry) => [entry, [] as Readonly<Record<string, number>>[]]))
  for (let round = 0; round < rounds; round++) {
    for (const [entry, sofar] of readings) {
      try {
        sofar.push(await entry.run())
      } catch (error) {
        if (entry.label.startsWith('partita')) throw error
        readings.delete(entry)
        console.log(`\n${entry.label} is left out: ${error instanceof Error ? error.message.trim() : String(error)}`)
      }
    }
  }
  return Array.from(readings, ([{ label }, all]) => ({
    label,
    figure: (name) => median(all.map((reading) => reading[name] ?? Number.NaN)),
  }))
}

/** Rate and CPU of each, beside the first one whose name begins with `baseline` (else the first). */
export function printBeside(title: string, measured: readonly Measured[], baseline: string): void {
  const base = measured.find(({ label }) => label.startsWith(baseline)) ?? measured[0]!
  const beside = (figure: number, name: string): string =>
    Number.isNaN(figure) ? '–' : times(figure / base.figure(name))
  printTable(
    title,
    ['client', 'records', 'beside', 'CPU µs/record', 'beside', 'MB resident'],
    measured.map(({ label, figure }) => {
      const [perSecond, cpu, resident] = ['recordsPerSecond', 'cpuMicrosPerRecord', 'residentMb'].map(figure)
      return [
        label,
        rate(perSecond!),
        beside(perSecond!, 'recordsPerSecond'),
        number(cpu!, 2),
        beside(cpu!, 'cpuMicrosPerRecord'),
        number(resident!, 0),
      ]
    }),
  )
  console.log(`\nBeside: ${base.label}.`)
}

function number(figure: number, digits: number): string {
  return Number.isNaN(figure) ? '–' : figure.toFixed(digits)
}
