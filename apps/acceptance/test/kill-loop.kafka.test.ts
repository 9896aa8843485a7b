import { expect, it } from 'vitest'
import { seededRandom } from '@partita/testing'
import { runKillLoop } from '../src/kill-loop/run-kill-loop.ts'

const kills = Number(process.env['PARTITA_KILLS'] ?? 10)

it(
  `a broker on a folder is killed ${kills} times under load: what it acknowledged is there, once, in order`,
  { timeout: 60_000 + kills * 5_000 },
  async () => {
    const report = await runKillLoop({ rounds: kills, random: seededRandom(kills) })
    console.log(`kill loop: ${JSON.stringify(report)}`)
    expect(report.history).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, gaps: 0 })
    expect(report).toMatchObject({ failures: {}, outdated: 0, warnings: [] })
    expect(report.acknowledged).toBeGreaterThan(kills * 50)
    expect(report.compactedTo).toBeLessThan(report.acknowledged)
  },
)
