// Runs every check, goes on after a failure, and ends with one line that adds them all up.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const reports = mkdtempSync(join(tmpdir(), 'partita-ci-'))

// The first is the test command that the README gives. Suites count their tests; every other step counts as one.
const steps = [
  { name: 'tests', command: 'npm test', suite: true },
  { name: 'tests on a real Kafka', command: 'npm run test:kafka', suite: true },
  { name: 'lint, types, boundaries, manifests', command: 'npm run check', suite: false },
  { name: 'packages as npm installs them', command: 'npm run check:packages', suite: false },
  { name: 'the figures', command: 'npm start', suite: false },
]

const total = { passed: 0, failed: 0, skipped: 0 }
for (const [index, step] of steps.entries()) {
  const report = join(reports, `${index}.json`)
  console.log(`\n=== ${step.name}: ${step.command}`)
  const start = Date.now()
  const { status } = spawnSync(step.command, {
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(step.suite && { PARTITA_TEST_REPORT: report }) },
  })
  const counts = step.suite ? countTests(report) : { passed: 0, failed: 0, skipped: 0 }
  if (!step.suite && status === 0) counts.passed++
  // A suite can fail without a failed test: a file that does not load, an error outside every test.
  if (status !== 0 && counts.failed === 0) counts.failed++
  for (const name of Object.keys(total)) total[name] += counts[name]
  const seconds = ((Date.now() - start) / 1000).toFixed(0)
  console.log(`=== ${step.name}: ${status === 0 ? 'passed' : `FAILED (exit ${status})`} in ${seconds} s`)
}
rmSync(reports, { recursive: true, force: true })

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1

function countTests(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
