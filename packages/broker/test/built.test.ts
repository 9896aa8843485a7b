import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPackages, type BuiltPackages } from './built-package.ts'

const run = promisify(execFile)
let built: BuiltPackages

beforeAll(async () => {
  built = await buildPackages()
}, 60_000)
afterAll(() => built[Symbol.asyncDispose]())

const body = `
const assert = require('node:assert')
const kafka = useBroker({ hooks, topics: { shared: 1 } })
const seen = []
for (const round of [1, 2]) {
  hooks.test('round ' + round, () => {
    assert.match(kafka.bootstrap[0], /^127\\.0\\.0\\.1:\\d+$/)
    kafka.namespace.topic('orders', 3)
    assert.strictEqual(kafka.broker.topics().length, 2)
    assert.ok(!seen.includes(kafka.namespace.prefix))
    seen.push(kafka.namespace.prefix)
  })
}
`

test('the fixture works under node:test, from ES modules and from CommonJS', async () => {
  const esm = join(built.folder, 'esm.test.mjs')
  const imports = `
import * as hooks from 'node:test'
import { createRequire } from 'node:module'
import { useBroker } from '@partita/broker/fixture'
const require = createRequire(import.meta.url)`
  await writeFile(esm, imports + body)
  const cjs = join(built.folder, 'cjs.test.cjs')
  const requires = `
const hooks = require('node:test')
const { useBroker } = require('@partita/broker/fixture')`
  await writeFile(cjs, requires + body)
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter', 'tap', esm, cjs], {
    env: plainEnvironment(),
  })
  expect(stdout).toContain('# pass 4')
  expect(stdout).toContain('# fail 0')
})

test('it comes in few files, which is what loading takes its time by', async () => {
  const files = await readdir(join(built.folder, 'node_modules/@partita/broker/dist'), { recursive: true })
  expect(files.filter((file) => file.endsWith('.js')).length).toBeLessThan(20)
})

test('the command serves, and ends with exit code 0 at SIGTERM', async () => {
  const bin = join(built.folder, 'node_modules/@partita/broker/bin/partita-broker.js')
  const child = spawn(process.execPath, [bin, '--port', '0'], { env: plainEnvironment() })
  const exited = once(child, 'exit')
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  expect(line).toMatch(/^Kafka at 127\.0\.0\.1:\d+/)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

/** Without what makes node behave otherwise where it is started by a test runner. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...others } = process.env
  return others
}
