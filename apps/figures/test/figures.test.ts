import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { nativeTransport } from '@partita/transport-native'
import { readArguments } from '../src/arguments.ts'
import { figures } from '../src/figures/index.ts'
import { expectedTree, loadHistory } from '../src/history/history.ts'
import { createLedger } from '../src/history/ledger.ts'
import { replayHistory } from '../src/history/replay.ts'
import { openStage, type Stage } from '../src/stage.ts'

let broker: Broker

beforeAll(async () => {
  broker = await startBroker()
})
afterAll(() => broker.close())

const transports = {
  native: () => nativeTransport({ brokers: broker.bootstrap }),
  kafkajs: () => kafkajsTransport({ brokers: broker.bootstrap }),
}

describe.each(['native', 'kafkajs'] as const)('over %s', (name) => {
  let stage: Stage
  beforeAll(() => {
    stage = openStage(transports[name]())
  })
  afterAll(() => stage.close())

  it.each(figures)('every claim of the figure holds: $title', async (figure) => {
    const { lines, claims } = await figure.play(stage)
    expect(lines.length).toBeGreaterThan(2)
    expect(claims.filter(({ holds }) => !holds)).toEqual([])
  })

  it('the history is replayed without a violation, 64 at a time, to the last file', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const report = await replayHistory(stage).finally(() => log.mockRestore())
    expect(report).toMatchObject({
      changes: 4_477,
      paths: 1_302,
      files: 1_175,
      violations: [],
      wrongFiles: [],
    })
    expect(report.mostBusy).toBeGreaterThan(32)
    expect(report.mostBusy).toBeLessThanOrEqual(64)
  })
})

describe('the ledger', () => {
  const change = { path: 'a', op: 'A', commit: '', at: 0 } as const
  it('sees a change that comes before its predecessor', async () => {
    const ledger = createLedger()
    await ledger.apply({ ...change, was: '111111111111', blob: '222222222222' })
    expect(ledger.violations).toEqual([{ path: 'a', expected: '111111111111', found: '000000000000' }])
  })
  it('sees two handlers of one path at a time', async () => {
    const ledger = createLedger()
    await Promise.all([
      ledger.apply({ ...change, was: '000000000000', blob: '111111111111' }),
      ledger.apply({ ...change, was: '111111111111', blob: '222222222222' }),
    ])
    expect(ledger.violations).toHaveLength(1)
  })
})

it('the history itself is whole: each change finds the state it names', () => {
  const changes = loadHistory()
  const states = new Map<string, string>()
  for (const { path, was, blob } of changes) {
    expect(states.get(path) ?? '000000000000').toBe(was)
    states.set(path, blob)
  }
  expect(expectedTree(changes).size).toBe(1_175)
})

describe('the command line', () => {
  it('takes brokers and a transport', () => {
    expect(readArguments(['--brokers', 'a:1, [::1]:2', '--transport', 'kafkajs'])).toEqual({
      brokers: ['a:1', '[::1]:2'],
      transport: 'kafkajs',
      help: false,
    })
    expect(readArguments([])).toEqual({ brokers: undefined, transport: 'native', help: false })
  })
  it.each([['--brokers', 'nonsense'], ['--brokers', 'host:70000'], ['--transport', 'x'], ['--bogus']])(
    'refuses %s %s',
    (...args) => {
      expect(() => readArguments(args)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    },
  )
})
