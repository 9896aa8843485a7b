import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '..', 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** What a module loads as soon as it is loaded itself: its static imports and re-exports of values. */
function loads(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const imports = text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^']+)'/gm)
  return Array.from(imports, ([, specifier]) => specifier!)
}

test('what needs Node or an optional package is loaded at its first use only', () => {
  const reached = new Set<string>()
  const queue = ['index.ts']
  const packages = new Set<string>()
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const specifier of loads(file)) {
      if (specifier.startsWith('.')) queue.push(join(file, '..', specifier))
      else packages.add(specifier)
    }
  }
  expect([...packages]).toEqual(['@partita/protocol'])
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    expect(files).toContain(join('compression', `${codec}.ts`))
    expect([...reached]).not.toContain(join('compression', `${codec}.ts`))
  }
})

test('nothing but the codecs names a Buffer, a process or a module of Node', () => {
  const codecs = /^compression\/(gzip|zstd)\.ts$/
  for (const file of files.filter((name) => !codecs.test(name))) {
    const code = readFileSync(join(src, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect(code, file).not.toMatch(/\bprocess\b|'node:|\bBuffer\.|\brequire\(/)
  }
})
