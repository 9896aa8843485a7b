import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it, vi } from 'vitest'

// The README's example, as it stands there, is run: what people copy must work.

const folder = fileURLToPath(new URL('.readme/', import.meta.url))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function exampleOf(readme: string): string {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(new URL(`../../../${readme}`, import.meta.url), 'utf8'))?.[1]
  if (example === undefined) throw new Error(`${readme} has no example`)
  return example
}

it('the example of the README prints what its comment says', async () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}readme.ts`, exampleOf('README.md'))
  const lines: unknown[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line))
  try {
    await import(/* @vite-ignore */ `${folder}readme.ts`)
  } finally {
    log.mockRestore()
  }
  expect(lines).toEqual(['o-17 is placed (offset 0)', 'o-17 is paid (offset 1)', 'o-17 is shipped (offset 2)'])
})
