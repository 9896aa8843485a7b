import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Job } from './work/job.ts'

export type Work =
  | 'bare'
  | 'broker'
  | 'consume'
  | 'crowd'
  | 'first-record'
  | 'latency'
  | 'load'
  | 'makespan'
  | 'partition'
  | 'produce'

const limitMs = 300_000

/**
 * Runs one piece of work in a process of its own and gives what it reports.
 * @param node the Node to run it on; default: the one that runs the bench
 */
export async function runWork(
  work: Work,
  job: Partial<Job> = {},
  node: string = process.execPath,
): Promise<Readonly<Record<string, number>>> {
  const script = fileURLToPath(new URL(`work/${work}.js`, import.meta.url))
  const child = spawn(node, [script, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaints = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4_000)))
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(limit)
  const line = output.trim().split('\n').at(-1)
  if (code === 0 && line) return JSON.parse(line) as Record<string, number>
  const how = code === null ? `was ended after ${limitMs / 1000} s` : `ended with exit code ${code}`
  throw new Error(`${work} with ${job.client ?? 'no client'} ${how}, without a result.\n${complaints}`)
}
