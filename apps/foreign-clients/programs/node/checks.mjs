import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'

/** A package that was installed into the cache, not into this repository. */
export const client = createRequire(`${process.env.CLIENT_HOME}/`)

export const bootstrap = process.env.BOOTSTRAP
export const prefix = `js-${process.pid}-`

/** One line of JSON per check on standard output: what the runner reads. */
export async function run(version, checks) {
  console.log(JSON.stringify({ version }))
  for (const [check, step] of Object.entries(checks)) {
    try {
      await within(60_000, step())
      console.log(JSON.stringify({ check, ok: true }))
    } catch (error) {
      console.error(error)
      console.log(JSON.stringify({ check, ok: false, reason: String(error).slice(0, 300) }))
    }
  }
  process.exit(0)
}

export function equal(actual, expected, what = '') {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what} expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`.trim())
}

export function assert(holds, what) {
  if (!holds) throw new Error(what)
}

/** The values of each key, in the order they came in. */
export function byKey(pairs) {
  const values = new Map()
  for (const [key, value] of pairs) values.set(key, [...(values.get(key) ?? []), value])
  return Object.fromEntries([...values].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

export const pairsOf = (count) => Array.from({ length: count }, (_, i) => [`k${i % 7}`, `v${i}`])

export async function until(holds, what) {
  const end = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited 20 s: ${what}`)
    await pause(20)
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function within(ms, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
