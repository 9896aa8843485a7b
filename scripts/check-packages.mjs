// Packs every public package, installs the tarballs with plain npm in an empty folder, and imports them there: what a
// user gets, without the workspace. Then one record travels through the installed packages.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'partita-packages-'))
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

// The floor that the packages name: what a user of the oldest supported Node compiles with.
const typesNode = /"@types\/node": (\S+)/.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))?.[1]
const licence = readFileSync(join(root, 'LICENSE'), 'utf8')

const script = `
import { createConsumer } from '@partita/consumer'
import { createProducer } from '@partita/producer'
import { startBroker } from '@partita/broker'
import { stringSerde } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'

const broker = await startBroker({ topics: { orders: 3 } })
const transport = kafkajsTransport({ brokers: broker.bootstrap })
const producer = createProducer({ transport })
await producer.send({ topic: 'orders', key: 'o-17', value: 'paid' })
const consumer = createConsumer({
  transport, groupId: 'billing', topics: ['orders'], autoOffsetReset: 'earliest',
  valueDeserializer: stringSerde,
  handler: ({ value }) => { console.log(value); void consumer.close() },
})
await consumer.run()
await producer.close()
await broker.close()
`

/** Compiles the same script as a user's strict TypeScript, against the declarations in the tarballs. */
function checkTypes() {
  const options = {
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
  }
  writeFileSync(join(folder, 'travel.ts'), script)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...options, lib: ['es2023', 'esnext.disposable'] },
      files: ['travel.ts'],
    }),
  )
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder)
  console.log('a strict TypeScript user compiles against them')
}

/** The bytes of code that a user's bundler makes of a program for a page of a browser. */
async function bundledBytes(program) {
  const input = join(folder, 'page.mjs')
  writeFileSync(input, program)
  const external = ['snappy', 'lz4-napi', '@bokuweb/zstd-wasm']
  const onLog = (level, { message }) => {
    if (level === 'warn') throw new Error(message)
  }
  const bundle = await rolldown({ input, external, onLog, platform: 'browser' })
  const { output } = await bundle.generate({ comments: false })
  await bundle.close()
  return output.reduce((sum, { code = '' }) => sum + code.length, 0)
}

async function checkBundles() {
  const bytes = await bundledBytes("import { produceApi } from '@partita/wire'\nconsole.log(produceApi.request)\n")
  if (bytes > 20_000) throw new Error(`a bundle with one of wire's 46 schemas has ${bytes} bytes of code`)
  await bundledBytes(`
import { createBroker } from '@partita/broker/core'
import { memoryConnector, nativeTransport } from '@partita/transport-native'
console.log(nativeTransport({ brokers: ['node-1:9092'], connector: memoryConnector(createBroker()) }))
`)
  console.log(`a bundler for browsers takes them, and leaves out what is not used: one schema is ${bytes} bytes`)
}

try {
  const names = readdirSync(join(root, 'packages'))
  for (const name of names) run('npx', ['pnpm', 'pack', '--pack-destination', folder], join(root, 'packages', name))
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--silent',
      `@types/node@${typesNode}`,
      ...tarballs.map((file) => `./${file}`),
    ],
    folder,
  )
  for (const name of names) {
    const installed = join(folder, 'node_modules/@partita', name)
    const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const count = run(
      process.execPath,
      ['-e', `import('@partita/${name}').then((m) => console.log(Object.keys(m).length))`],
      folder,
    )
    // pnpm packs the workspace's licence with every package.
    if (readFileSync(join(installed, 'LICENSE'), 'utf8') !== licence) throw new Error(`${name} has another licence`)
    console.log(`@partita/${name}: ${count.trim()} exports from ${exports['.'].default}`)
  }
  checkTypes()
  await checkBundles()
  writeFileSync(join(folder, 'travel.mjs'), script)
  const travelled = run(process.execPath, ['travel.mjs'], folder).trim()
  if (travelled !== 'paid') throw new Error(`a record went in as "paid" and came out as "${travelled}"`)
  console.log('a record travelled through the installed packages')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
