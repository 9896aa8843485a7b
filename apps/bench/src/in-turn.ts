import type { Entry } from './contenders.ts'
import { median } from './meter.ts'

/** The medians of what an entry's rounds measured. */
export interface Measured extends Pick<Entry, 'label' | 'kind' | 'node'> {
  readonly figure: (name: string) => number
}

/**
 * Every entry in turn, `rounds` times over: what drifts on the machine drifts for all of them. One that fails is said so,
 * and left out; where Partita itself fails, the run does.
 */
export async function inTurn(rounds: number, entries: readonly Entry[]): Promise<readonly Measured[]> {
  const readings = new Map(entries.map((entry) => [entry, [] as Readonly<Record<string, number>>[]]))
  for (let round = 0; round < rounds; round++) {
    for (const [entry, sofar] of readings) {
      try {
        sofar.push(await entry.run())
      } catch (error) {
        if (entry.kind === 'partita') throw error
        readings.delete(entry)
        console.log(`\n${entry.label} is left out: ${error instanceof Error ? error.message.trim() : String(error)}`)
      }
    }
  }
  return Array.from(readings, ([{ label, kind, node }, all]) => ({
    label,
    kind,
    node,
    figure: (name) => median(all.map((reading) => reading[name] ?? Number.NaN)),
  }))
}
