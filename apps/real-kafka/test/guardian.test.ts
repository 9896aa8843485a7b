import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startGuardian } from '../src/guardian.ts'

it('ends what it watches and removes the folder when the pipe of its process closes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'partita-guardian-'))
  const child = spawn('sleep', ['600'])
  const exit = once(child, 'exit')
  const guardian = startGuardian(folder)
  guardian.watch([child.pid!])
  await guardian.dismiss()
  expect(await exit).toEqual([null, 'SIGKILL'])
  expect(existsSync(folder)).toBe(false)
})

it('leaves alone what is not watched any more', async () => {
  const child = spawn('sleep', ['600'])
  const exit = once(child, 'exit')
  const guardian = startGuardian()
  guardian.watch([child.pid!])
  guardian.watch([])
  await guardian.dismiss()
  expect(child.kill('SIGTERM')).toBe(true)
  expect(await exit).toEqual([null, 'SIGTERM'])
})
