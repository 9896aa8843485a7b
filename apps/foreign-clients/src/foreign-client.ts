/** What became of one thing that a client was to do. */
export interface Check {
  readonly check: string
  readonly ok: boolean
  /** Why not: the client's own words. */
  readonly reason?: string
}

export interface ClientReport {
  /** The client's version, as it tells it. */
  readonly version: string
  readonly checks: readonly Check[]
}

/** A client of Kafka that was written elsewhere, and what it is to do with a broker. */
export interface ForeignClient {
  readonly name: string
  /**
   * Fetches what is missing into the cache.
   * @throws PartitaError `MISSING_PACKAGE` where something cannot be had here
   */
  install(): Promise<void>
  run(bootstrap: string): Promise<ClientReport>
  /** Checks that the embedded broker is known not to pass, and why that is as it should be. */
  readonly expected?: readonly ExpectedFailure[]
}

export interface ExpectedFailure {
  readonly check: RegExp
  readonly because: string
}

/** Runs steps one after the other; what one throws is its outcome. */
export async function runChecks(steps: Readonly<Record<string, () => Promise<void>>>): Promise<Check[]> {
  const checks: Check[] = []
  for (const [check, step] of Object.entries(steps)) {
    try {
      await step()
      checks.push({ check, ok: true })
    } catch (error) {
      checks.push({ check, ok: false, reason: reasonOf(error) })
    }
  }
  return checks
}

function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return words.replaceAll(/\s+/g, ' ').slice(0, 400)
}
