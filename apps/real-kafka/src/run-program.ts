import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { integerOption, PartitaError } from '@partita/protocol'
import { startGuardian } from './guardian.ts'

export interface ProgramOptions {
  /** The program is killed after so many ms, and the call rejects. */
  readonly timeoutMs: number
  /** What it reads from its standard input. Default: nothing, at its end at once. */
  readonly input?: string | Uint8Array | undefined
  /** Where it runs. Default: where this process does. */
  readonly cwd?: string | undefined
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

export interface ProgramResult {
  readonly stdout: string
  readonly stderr: string
  /** As a shell counts it: 128 and the signal's number where a signal ended the program. */
  readonly exitCode: number
}

/** More output than this is a mistake of the test (a consumer without an end), not something to keep in memory. */
const maxOutputBytes = 64 * 1024 * 1024

/**
 * Runs a program to its end; an exit code that is not 0 is a result, not an error. Dies with this process.
 *
 * @throws PartitaError `MISSING_PACKAGE` where there is no such program, `REQUEST_TIMEOUT` after `timeoutMs`,
 * `RECORD_TOO_LARGE` where it writes more than 64 MiB
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const timeoutMs = integerOption('timeoutMs', options.timeoutMs, { min: 1, max: 2 ** 31 - 1 })
  const { cwd, env } = options
  const child = spawn(command, args, { stdio: 'pipe', cwd, env: { ...process.env, ...env } })
  const guardian = startGuardian()
  guardian.watch(child.pid === undefined ? [] : [child.pid])

  let failure: PartitaError | undefined
  function fail(error: PartitaError): void {
    failure ??= error
    child.kill('SIGKILL')
    // A process that the program started itself may hold the pipes open; they are not waited for.
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const collect = (stream: NodeJS.ReadableStream): Uint8Array[] => {
    const chunks: Uint8Array[] = []
    let size = 0
    stream.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size > maxOutputBytes) fail(outputTooLarge(command))
      else chunks.push(chunk)
    })
    return chunks
  }
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  // A program that ends without reading all of its input closes the pipe; its exit code tells what became of it.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const timer = setTimeout(() => fail(timedOut(command, args, timeoutMs, stderr)), timeoutMs)
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? programMissing(command, error) : error),
      )
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    })
    if (failure !== undefined) throw failure
    return { stdout: text(stdout), stderr: text(stderr), exitCode }
  } finally {
    clearTimeout(timer)
    guardian.watch([])
    await guardian.dismiss()
  }
}

/** The last lines of what a program wrote: what a person wants to see in an error. */
export function lastLines(output: string, lines = 40): string {
  return output.trimEnd().split('\n').slice(-lines).join('\n')
}

function text(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('utf8')
}

function programMissing(command: string, cause: unknown): PartitaError {
  return new PartitaError('MISSING_PACKAGE', `There is no program ${JSON.stringify(command)} here.`, { cause })
}

function timedOut(command: string, args: readonly string[], timeoutMs: number, stderr: Uint8Array[]): PartitaError {
  const call = `${command} ${args.join(' ')}`
  const end = lastLines(text(stderr))
  return new PartitaError(
    'REQUEST_TIMEOUT',
    `${call} had not ended after ${timeoutMs} ms and was killed.${end === '' ? '' : ` The end of its stderr:\n${end}\n`}`,
  )
}

function outputTooLarge(command: string): PartitaError {
  return new PartitaError(
    'RECORD_TOO_LARGE',
    `${command} wrote more than ${maxOutputBytes} bytes and was killed; give it a bound such as --max-messages.`,
  )
}
