import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What one piece of work cost this process. */
export interface Reading {
  readonly records: number
  readonly seconds: number
  readonly recordsPerSecond: number
  /** User and system time of this process, all its threads, in microseconds a record. */
  readonly cpuMicrosPerRecord: number
  /** The most resident memory that the process ever had, in megabytes. */
  readonly peakResidentMb: number
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
      peakResidentMb: peakResidentMb(),
    }
  }
}

/** What `resourceUsage` says is, on Linux, at least what the process had that started this one. */
function peakResidentMb(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS
  return (Number(peakKb) * 1024) / 1e6
}

/** The CPU of this process, all its threads, over so long from now: in percent of one core. */
export async function cpuPercentOver(ms: number): Promise<number> {
  const before = process.cpuUsage()
  await sleep(ms)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (ms * 1_000) / 0.01
}

/** The middle one (the lower of the two middle ones). */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}
