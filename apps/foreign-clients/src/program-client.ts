import { lastLines, runProgram } from '@partita/real-kafka'
import type { Check, ClientReport } from './foreign-client.ts'

/** How a program of ours for one client is started. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const timeoutMs = 10 * 60_000

/** Runs a program that writes its client's version and then one line of JSON per check. */
export async function runChecking({ command, args, env }: Program, bootstrap: string): Promise<ClientReport> {
  const result = await runProgram(command, args, { timeoutMs, env: { ...env, BOOTSTRAP: bootstrap } })
  const lines = result.stdout.split('\n').filter((line) => line.startsWith('{'))
  const [first, ...checks] = lines.map((line) => JSON.parse(line) as unknown)
  const report = { version: (first as { version: string } | undefined)?.version ?? '?', checks: checks as Check[] }
  if (result.exitCode === 0 && checks.length > 0) return report
  const reason = `exit code ${result.exitCode}; ${lastLines(result.stderr, 3)}`
  return { ...report, checks: [...report.checks, { check: 'to the end', ok: false, reason }] }
}
