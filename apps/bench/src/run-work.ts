import { fileURLToPath } from 'node:url'
import { lastLines, runProgram } from '@partita/real-kafka'
import type { Job } from './work/job.ts'

export type Work =
  | 'bare'
  | 'bare-server'
  | 'broker'
  | 'consume'
  | 'crowd'
  | 'first-record'
  | 'latency'
  | 'load'
  | 'makespan'
  | 'partition'
  | 'produce'

const timeoutMs = 300_000

/**
 * Runs one piece of work in a process of its own, which does not outlive this one, and gives what it reports.
 * @param node the Node to run it on; default: the one that runs the bench
 */
export async function runWork(
  work: Work,
  job: Partial<Job> = {},
  node: string = process.execPath,
): Promise<Readonly<Record<string, number>>> {
  const script = fileURLToPath(new URL(`work/${work}.js`, import.meta.url))
  const { exitCode, stdout, stderr } = await runProgram(node, [script, JSON.stringify(job)], { timeoutMs })
  const line = lastLines(stdout, 1)
  if (exitCode === 0 && line !== '') return JSON.parse(line) as Record<string, number>
  const client = job.client ?? 'no client'
  throw new Error(`${work} with ${client} ended with exit code ${exitCode}, without a result.\n${lastLines(stderr)}`)
}
