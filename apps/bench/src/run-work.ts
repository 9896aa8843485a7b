import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Job } from './work/job.ts'

export type Work = 'produce' | 'load' | 'consume' | 'makespan' | 'partition' | 'broker'

/** Runs one piece of work in a process of its own and gives what it reports. */
export async function runWork(work: Work, job: Partial<Job> = {}): Promise<Readonly<Record<string, number>>> {
  const script = fileURLToPath(new URL(`work/${work}.js`, import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const limit = setTimeout(() => child.kill('SIGKILL'), 180_000)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(limit)
  const line = output.trim().split('\n').at(-1)
  if (code !== 0 || !line)
    throw new Error(`${work} with ${job.client ?? 'no client'} ended with exit code ${code} and no result`)
  return JSON.parse(line) as Record<string, number>
}
