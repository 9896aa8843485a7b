import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startBroker, type Broker } from '@partita/broker'
import type { TransportGuarantees } from '@partita/protocol'
import { openTransport } from '../src/suites/transports.ts'
import { compileErrors } from './compile-errors.ts'

// What people copy must work: every example of a README compiles, and those that end by themselves are run.

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = fileURLToPath(new URL('.readme/', import.meta.url))
const readmes = ['README.md', ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`)]

let broker: Broker

beforeAll(async () => {
  broker = await startBroker({ topics: { orders: 12 } })
  mkdirSync(folder, { recursive: true })
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await broker.close()
})

function examplesOf(readme: string): string[] {
  const text = readFileSync(`${root}${readme}`, 'utf8')
  return Array.from(text.matchAll(/```ts\n([\s\S]*?)```/g), (match) => match[1]!)
}

/** Runs an example, against the embedded broker where it names an address, and gives what it printed. */
async function run(readme: string): Promise<string[]> {
  const file = `${folder}${readme.replaceAll(/\W/g, '-')}.run.ts`
  writeFileSync(file, examplesOf(readme)[0]!.replaceAll('127.0.0.1:9092', broker.bootstrap[0]!))
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => lines.push(words.map(String).join(' ')))
  try {
    await import(/* @vite-ignore */ file)
  } finally {
    log.mockRestore()
  }
  return lines
}

describe('every example', () => {
  it('compiles under strict settings', { timeout: 60_000 }, () => {
    for (const readme of readmes) {
      const examples = examplesOf(readme)
      expect(examples.length, `${readme} has an example`).toBeGreaterThan(0)
      for (const [index, example] of examples.entries()) {
        writeFileSync(`${folder}${readme.replaceAll(/\W/g, '-')}-${index}.ts`, example)
      }
    }
    for (const [index, example] of migrationExamples().entries()) {
      writeFileSync(`${folder}from-kafkajs-${index}.ts`, example)
    }
    // Codecs that the reader brings are not installed here.
    expect(compileErrors(folder).filter((line) => !line.includes("'SnappyCodec'"))).toEqual([])
  })
})

/** What the migration page says that comes instead, each after what its first diff says of the connection. */
function migrationExamples(): string[] {
  const page = readFileSync(`${root}docs/from-kafkajs.md`, 'utf8')
  const blocks = Array.from(page.matchAll(/```diff\n([\s\S]*?)```/g), ([, diff]) =>
    diff!
      .split('\n')
      .filter((line) => line.startsWith('+'))
      .map((line) => line.slice(1).replace('…', '/* … */'))
      .join('\n'),
  )
  const [connection = '', ...others] = blocks
  expect(others.length).toBeGreaterThan(3)
  const given =
    "declare const invoice: { key: string; value: string }\ndeclare const consumed: import('@partita/protocol').ConsumedOffsets\n" +
    'declare const username: string, password: string\n'
  return others.map((block) => {
    // Lines of an object are shown without what stands around them.
    const code = block.startsWith('  ') ? `nativeTransport({ brokers: [],\n${block}\n})` : block
    return `${connection}\n${given}export {}\nvoid transport\n${code}\n`
  })
}

describe('the example', () => {
  it('of the project prints what its comments say', async () => {
    expect(await run('README.md')).toEqual([
      'o-17 is placed (offset 0)',
      'o-17 is paid (offset 1)',
      'o-17 is shipped (offset 2)',
    ])
  })
  it('of the broker shows one record after a lost answer', async () => {
    expect(await run('packages/broker/README.md')).toEqual(['0,paid'])
  })
  it('of the producer stores what it says', async () => {
    await run('packages/producer/README.md')
    const stored = await Promise.all(Array.from({ length: 12 }, (_, partition) => broker.log('orders', partition)))
    const values = stored.flat().map(({ value }) => new TextDecoder().decode(value!))
    expect(values).toEqual(['paid', 'picked', 'packed', 'shipped'])
  })
  it('of the protocol, of the testing kit, of the partitioners and of wire runs', async () => {
    expect((await run('packages/protocol/README.md')).at(-1)).toContain(
      'PARTITION_NOT_FOUND false There is no partition 40.',
    )
    expect(await run('packages/testing/README.md')).toEqual(['0', 'a minute later, at 60000 ms', 'true'])
    await run('packages/partitioners/README.md')
    expect(await run('packages/wire/README.md')).toHaveLength(1)
  })
})

describe('the table of guarantees', () => {
  /** What each of them means, as the port says it. */
  function meanings(): [keyof TransportGuarantees, string][] {
    const source = readFileSync(`${root}packages/protocol/src/transport.ts`, 'utf8')
    const fields = source.matchAll(/\/\*\* (.*?)\. \*\/\n {2}readonly (\w+): Guarantee\n/g)
    return Array.from(fields, ([, meaning, name]) => [name as keyof TransportGuarantees, meaning!])
  }

  it.each(['packages/transport-native/README.md', 'packages/transport-kafkajs/README.md'])(
    'in %s says what the transports say',
    (readme) => {
      const [native, kafkajs] = (['native', 'kafkajs'] as const).map((name) => openTransport(name, ['127.0.0.1:9092']))
      const rows = meanings().map(([name, meaning]) => {
        const kept = [native!, kafkajs!].map(({ guarantees }) =>
          guarantees[name] === true ? 'yes' : `no: ${guarantees[name]}`,
        )
        return `| \`${name}\` | ${[meaning, ...kept].join(' | ')} |`
      })
      expect(rows).toHaveLength(Object.keys(native!.guarantees).length)
      const table = ['| guarantee | | `transport-native` | `transport-kafkajs` |', '|---|---|---|---|', ...rows]
      expect(readFileSync(`${root}${readme}`, 'utf8')).toContain(`\n\n${table.join('\n')}\n\n`)
    },
  )
})
