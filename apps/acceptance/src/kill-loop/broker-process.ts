import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface BrokerProcess {
  /** The port it listens at; rejects if it ends before it listens. */
  readonly ready: Promise<number>
  /** What it has to say: warnings, and what it dies of. */
  readonly errors: string
  /** `kill -9`, and waits. */
  kill(): Promise<void>
}

// The broker is plain JavaScript as built: Node 20 runs no TypeScript.
const script = fileURLToPath(new URL('../../dist/kill-loop/broker.js', import.meta.url))

/** @param port 0: one that is free */
export function startBrokerProcess(dataDir: string, port: number): BrokerProcess {
  if (!existsSync(script)) throw new Error('Build first: the broker of the kill loop runs from apps/acceptance/dist.')
  // The pipe on its input is how it learns that the loop is over, however that ended.
  const child = spawn(process.execPath, [script, dataDir, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    void ended.then(() => reject(new Error(`The broker ended before it listened: ${errors}`)))
  })
  // Whoever kills it before it listens does not wait for it.
  ready.catch(() => undefined)
  return {
    ready,
    get errors() {
      return errors
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
