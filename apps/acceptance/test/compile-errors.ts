import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What the compiler says against the modules of a folder, under the project's settings; those named `*.run.ts` are left out. */
export function compileErrors(folder: string): string[] {
  const compilerOptions = {
    composite: false,
    noEmit: true,
    rootDir: root,
    noUnusedLocals: false,
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
    noUnusedParameters: false,
  }
  const config = {
    extends: `${root}tsconfig.base.json`,
    compilerOptions,
    include: ['./*.ts'],
    exclude: ['./*.run.ts'],
  }
  writeFileSync(`${folder}tsconfig.json`, JSON.stringify(config))
  const tsc = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], {
    encoding: 'utf8',
  })
  return tsc.stdout.split('\n').filter((line) => line.includes('error'))
}
