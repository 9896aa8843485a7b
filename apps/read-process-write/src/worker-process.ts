import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The worker is plain JavaScript as built: Node 20 runs no TypeScript.
const script = fileURLToPath(new URL('../dist/worker.js', import.meta.url))

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Settles when the worker has stored so many invoices, or is gone. */
  stored(count: number): Promise<void>
  /** Asks it to end in an orderly way. Settles when it is gone. */
  stop(): Promise<void>
  /** `kill -9`. Settles when it is gone. */
  kill(): Promise<void>
  readonly exitCode: number | null
  /** What it wrote to standard error, the end of it. */
  readonly errors: string
}

export function startWorker(args: readonly string[]): WorkerProcess {
  if (!existsSync(script)) throw new Error('Build first: the workers run from apps/read-process-write/dist.')
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  let lines = 0
  let isGone = false
  let errors = ''

  function look(): void {
    for (const each of waiting) {
      if (lines < each.count && !isGone) continue
      waiting.delete(each)
      each.resolve()
    }
  }

  child.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1
    look()
  })
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)))
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      isGone = true
      look()
      resolve()
    })
  })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await gone
  }
  return {
    stored: (count) =>
      new Promise((resolve) => {
        waiting.add({ count, resolve })
        look()
      }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    get exitCode() {
      return child.exitCode
    },
    get errors() {
      return errors
    },
  }
}
