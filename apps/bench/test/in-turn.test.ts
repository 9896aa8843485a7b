import { afterEach, expect, it, vi } from 'vitest'
import type { Entry, Kind } from '../src/contenders.ts'
import { inTurn } from '../src/in-turn.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const runs: string[] = []

function entry(kind: Kind, label: string, figures: readonly (number | Error)[]): Entry {
  const left = [...figures]
  return {
    kind,
    label,
    async run() {
      runs.push(label)
      const figure = left.shift()
      if (typeof figure !== 'number') throw figure
      return { figure }
    },
  }
}

it('runs everything in turn, and gives medians', async () => {
  runs.length = 0
  const measured = await inTurn(3, [entry('partita', 'a', [3, 1, 2]), entry('node peer', 'b', [9, 7, 8])])
  expect(runs).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  expect(measured.map(({ label, figure }) => [label, figure('figure')])).toEqual([
    ['a', 2],
    ['b', 8],
  ])
})

it('leaves a peer out that fails, says so, and goes on', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {})
  const measured = await inTurn(2, [
    entry('node peer', 'shaky', [1, new Error('no more')]),
    entry('yardstick', 'broken', [new Error('full')]),
    entry('partita', 'sound', [1, 1]),
  ])
  expect(measured.map(({ label }) => label)).toEqual(['sound'])
  expect(said.mock.calls.flat()).toEqual([
    expect.stringMatching(/broken is left out: full/),
    expect.stringMatching(/shaky is left out: no more/),
  ])
})

it('ends where Partita itself fails', async () => {
  await expect(inTurn(2, [entry('partita', 'ours', [new Error('ours')])])).rejects.toThrow('ours')
})
