import { parseArgs } from 'node:util'
import { seededRandom } from '@partita/testing'
import { runKillLoop } from './run-kill-loop.ts'

// The kill loop from the command line: npm run kill-loop -- --rounds 100 --seed 1
const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } })
const rounds = Number(values.rounds ?? 100)
const seed = Number(values.seed ?? Date.now() % 100_000)
console.log(`${rounds} kills, seed ${seed}`)
const started = performance.now()
const report = await runKillLoop({ rounds, random: seededRandom(seed) })
console.log(JSON.stringify({ seconds: Math.round((performance.now() - started) / 1000), ...report }, undefined, 2))
const { history, outdated, failures, warnings } = report
const isSound =
  history.lost + history.duplicated + history.outOfOrder + history.gaps + outdated + warnings.length === 0 &&
  Object.keys(failures).length === 0
process.exitCode = isSound ? 0 : 1
