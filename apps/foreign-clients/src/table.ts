import type { Check, ClientReport, ForeignClient } from './foreign-client.ts'

/** What a client's run comes to. */
export interface Verdict {
  readonly name: string
  readonly version: string
  readonly passed: number
  readonly total: number
  /** Failures with the reason why they are as they should be. */
  readonly expected: readonly { readonly check: Check; readonly because: string }[]
  readonly unexpected: readonly Check[]
  readonly notes: readonly string[]
}

export function judge(client: ForeignClient, { version, checks }: ClientReport, notes: readonly string[]): Verdict {
  const failed = checks.filter(({ ok }) => !ok)
  const expected = failed.flatMap((check) => {
    const known = client.expected?.find((one) => one.check.test(check.check))
    return known === undefined ? [] : [{ check, because: known.because }]
  })
  const known = new Set(expected.map(({ check }) => check))
  return {
    name: client.name,
    version,
    passed: checks.length - failed.length,
    total: checks.length,
    expected,
    unexpected: failed.filter((check) => !known.has(check)),
    notes: [...new Set(notes)],
  }
}

/** Verdicts as text: a line for each client, and behind it what failed and what the broker warned of. */
export function table(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(({ name, version, passed, total, expected, unexpected, notes }) =>
      [
        `${name.padEnd(28)} ${`${passed} of ${total}`.padEnd(12)} ${version}`,
        ...countedReasons(expected.map(({ because }) => because)).map((line) => `    known: ${line}`),
        ...unexpected.map(({ check, reason }) => `    FAILED: ${check}: ${reason}`),
        ...notes.slice(0, 10).map((note) => `    note: ${note}`),
      ].join('\n'),
    )
    .join('\n')
}

function countedReasons(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${count} × ${reason}`)
}
