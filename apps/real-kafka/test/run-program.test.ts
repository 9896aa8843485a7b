import { expect, it } from 'vitest'
import { lastLines, runProgram } from '../src/run-program.ts'

const timeoutMs = 20_000

it('gives what a program wrote and its exit code, whatever it is', async () => {
  const result = await runProgram('/bin/sh', ['-c', 'cat; echo oh >&2; exit 3'], { timeoutMs, input: 'in' })
  expect(result).toEqual({ stdout: 'in', stderr: 'oh\n', exitCode: 3 })
})

it('counts the exit code of a program that a signal ended as a shell does', async () => {
  const { exitCode } = await runProgram('/bin/sh', ['-c', 'kill -9 $$'], { timeoutMs })
  expect(exitCode).toBe(128 + 9)
})

it('kills a program that takes too long, and says what it had to say', async () => {
  await expect(
    runProgram('/bin/sh', ['-c', 'echo waiting for nobody >&2; exec sleep 600'], { timeoutMs: 200 }),
  ).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', message: expect.stringMatching(/waiting for nobody/) as unknown })
})

it('does not wait for what a killed program leaves behind', async () => {
  const startedAt = performance.now()
  const leaving = runProgram('/bin/sh', ['-c', 'sleep 10 & wait'], { timeoutMs: 200 })
  await expect(leaving).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
  expect(performance.now() - startedAt).toBeLessThan(8_000)
})

it('kills a program that writes without an end', async () => {
  await expect(runProgram('/bin/cat', ['/dev/zero'], { timeoutMs })).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
})

it('says which program is missing', async () => {
  await expect(runProgram('no-such-program', [], { timeoutMs })).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message: expect.stringMatching(/no-such-program/) as unknown,
  })
})

it('does not mind a program that ends without reading its input', async () => {
  const { exitCode } = await runProgram('/bin/sh', ['-c', 'exit 0'], { timeoutMs, input: 'x'.repeat(1_000_000) })
  expect(exitCode).toBe(0)
})

it('cuts a log to its last lines', () => {
  expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc')
})
