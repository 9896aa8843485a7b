import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { servedApis } from '../src/apis/served-apis.ts'

/** The keys that rows of a table of a page begin with: `| 17 | SaslHandshake | …`. */
async function keysIn(page: string): Promise<number[]> {
  const text = await readFile(new URL(`../${page}`, import.meta.url), 'utf8')
  return Array.from(text.matchAll(/^\| (\d+) \|/gm), ([, key]) => Number(key))
}

const served = servedApis.map(({ api }) => api.key)

test('NOT-IMPLEMENTED.md lists every API of Kafka 4.3 for clients that is not served, and none that is', async () => {
  const missing = await keysIn('NOT-IMPLEMENTED.md')
  expect(missing.filter((key) => served.includes(key))).toEqual([])
  expect(missing.toSorted((a, b) => a - b)).toEqual(missing)
  // Kafka's keys go from 0 to 92. Those of the brokers among themselves are told in one line of the page.
  const internal = new Set([4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82])
  const expected = Array.from({ length: 93 }, (_, key) => key).filter(
    (key) => !served.includes(key) && !internal.has(key),
  )
  expect(missing).toEqual(expected)
})

test('APIs are served in the order of their keys, in versions that their schemas describe', () => {
  expect(served).toEqual(served.toSorted((a, b) => a - b))
  for (const { api, versions, advertisedFrom = versions[0] } of servedApis) {
    expect(api.versions[0], api.name).toBeLessThanOrEqual(versions[0])
    expect(api.versions[1], api.name).toBeGreaterThanOrEqual(versions[1])
    expect(advertisedFrom, api.name).toBeLessThanOrEqual(versions[0])
  }
})
