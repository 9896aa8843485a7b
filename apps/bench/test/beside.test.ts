import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest'
import { fastestNodePeer, printBeside } from '../src/beside.ts'
import type { Kind } from '../src/contenders.ts'
import type { Measured } from '../src/in-turn.ts'

let log: MockInstance<typeof console.log>

beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => {
  log.mockRestore()
})

function measured(kind: Kind, label: string, recordsPerSecond: number, cpuMicrosPerRecord: number): Measured {
  const figures: Readonly<Record<string, number>> = { recordsPerSecond, cpuMicrosPerRecord, peakResidentMb: 100 }
  return { kind, label, figure: (name) => figures[name]! }
}

const all = [
  measured('node peer', 'slow', 100, 8),
  measured('node peer', 'quick', 200, 4),
  measured('java peer', 'Java', 800, Number.NaN),
  measured('partita', 'partita native', 400, 3),
  { ...measured('partita', 'partita native, newer', 500, 2), node: 'newer' },
  measured('yardstick', 'yardstick', 500, 2.5),
]

const printed = (): string[] => log.mock.calls.flat().join('\n').replaceAll(/ +/g, ' ').split('\n')

it('sets each beside the first baseline, and the native transport beside the others', () => {
  printBeside('Title', all, ['slow', fastestNodePeer, 'Java', 'yardstick'])
  expect(printed()).toEqual(
    expect.arrayContaining([
      '| quick | 200/s | 2.00 × | 4.00 | 0.50 × | 100 |',
      '| Java | 800/s | 8.00 × | – | – | 100 |',
      'Beside: slow.',
      '| partita native beside quick | 2.00 × | 0.75 × |',
      '| partita native, newer beside quick | 2.50 × | 0.50 × |',
      '| partita native beside Java | 0.50 × | – |',
      '| partita native beside yardstick | 0.80 × | 1.20 × |',
    ]),
  )
})

it('compares with the yardstick only what ran on its Node', () => {
  printBeside('Title', all, ['slow', 'yardstick'])
  expect(printed().join('\n')).not.toContain('newer beside yardstick')
})

it('says nothing twice where another baseline is the first one', () => {
  printBeside('Title', all, ['quick', fastestNodePeer])
  expect(printed().join('\n')).not.toContain('beside quick')
})

it('does without a baseline that was left out', () => {
  printBeside('Title', all.slice(3), ['slow', fastestNodePeer, 'yardstick'])
  expect(printed()).toContain('Beside: partita native.')
  printBeside('Nothing', [], ['slow'])
  expect(printed().at(-1)).toBe('Nothing could be measured.')
})
