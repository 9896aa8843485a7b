// Bundles the entry points of a package into few files: `node bundle-package.mjs [package folder] [output folder]`, by
// default the current folder and its `dist`. Node loads ES modules one by one, so hundreds of them cost a program that
// only imports the package a good part of a second, and megabytes. `tsc` has made the declarations, and checked the types.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [folder = process.cwd(), output = join(folder, 'dist')] = process.argv.slice(2).map((path) => resolve(path))

/** What users import (`exports`), and what only the package's own commands do (`imports`). */
const { exports = {}, imports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const entries = [...Object.values(exports), ...Object.values(imports)].filter((entry) => entry['@partita/source'])
const input = Object.fromEntries(
  entries.map((entry) => [
    entry.default.slice('./dist/'.length, -'.js'.length),
    join(folder, entry['@partita/source']),
  ]),
)

// Files of an older build are not to be packed with these.
for (const file of listed(output)) if (/\.js(\.map)?$/.test(file)) rmSync(join(output, file))

const bundle = await rolldown({
  input,
  cwd: folder,
  platform: 'neutral',
  // Other packages, and Node itself, stay imports.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  transform: { target: 'es2023' },
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message)
  },
})
await bundle.write({
  dir: output,
  format: 'esm',
  // What entry points share, and what is loaded when it is needed, gets a file of its own, named after its last module.
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  minifyInternalExports: false,
  // The sources are in the package. Comments would be parsed at every start; debuggers find them through the map.
  sourcemap: true,
  sourcemapExcludeSources: true,
  comments: { legal: true, annotation: true, jsdoc: false },
})
await bundle.close()

function listed(path) {
  try {
    return readdirSync(path, { recursive: true })
  } catch {
    return []
  }
}
