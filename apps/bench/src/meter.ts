/** What one piece of work cost this process. */
export interface Reading {
  readonly records: number
  readonly seconds: number
  readonly recordsPerSecond: number
  /** User and system time of this process, all its threads, in microseconds a record. */
  readonly cpuMicrosPerRecord: number
  /** The most resident memory the process ever had, in megabytes. */
  readonly residentMb: number
}

/** Starts measuring; the function that comes back ends it. */
export function startMeter(): (records: number) => Reading {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  return (records) => {
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    const { user, system } = process.cpuUsage(cpu)
    return {
      records,
      seconds,
      recordsPerSecond: records / seconds,
      cpuMicrosPerRecord: (user + system) / records,
      residentMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    }
  }
}

/** The middle one (the lower of the two middle ones). */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}
