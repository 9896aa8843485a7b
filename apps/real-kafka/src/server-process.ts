import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { integerOption, PartitaError } from '@partita/protocol'

/** A server under test: one process at a time. */
export interface ServerProcess {
  /** `host:port` for clients; the same after a restart. */
  readonly address: string
  /** `undefined` while it is down. */
  readonly pid: number | undefined
  /** Starts it on the ports and the data it had; does nothing where it runs. Does not wait: see {@link ready}. */
  start(): Promise<void>
  /**
   * Waits until it answers, and is what it is started for.
   *
   * @param timeoutMs default 60,000
   * @throws PartitaError `CONNECTION_FAILED`, with what its log says, where it ended or took too long
   */
  ready(timeoutMs?: number): Promise<void>
  /** SIGKILL: as a power cut would end it. Waits until the process is gone. */
  kill(): Promise<void>
  /** SIGTERM: it ends in order; a Kafka hands over its leaderships before. Killed where that takes over 20 s. */
  stop(): Promise<void>
}

export interface ServerProcessOptions {
  /** For people. */
  readonly name: string
  readonly address: string
  readonly command: string
  readonly args: readonly string[]
  /** What the server prints, appended over restarts. */
  readonly logFile: string
  /** Called when `pid` changed. */
  readonly onPidChanged: () => void
  /** Asks the server; settles soon, and never rejects. */
  readonly isReady: () => Promise<boolean>
}

const pollEveryMs = 100
const orderlyStopMs = 20_000

/** It is down until {@link ServerProcess.start}. */
export function createServerProcess(options: ServerProcessOptions): ServerProcess {
  return new SpawnedServer(options)
}

class SpawnedServer implements ServerProcess {
  readonly #options: ServerProcessOptions
  #child: ChildProcess | undefined
  /** Settled when the latest process is gone. */
  #gone: Promise<unknown> = Promise.resolve()
  /** Where in the log file the latest process began, in bytes. */
  #logStart = 0

  constructor(options: ServerProcessOptions) {
    this.#options = options
  }

  get address(): string {
    return this.#options.address
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    const { command, args, logFile, onPidChanged } = this.#options
    const log = await open(logFile, 'a')
    try {
      const { size } = await log.stat()
      if (this.#child !== undefined) return
      this.#logStart = size
      const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd] })
      this.#child = child
      const gone = (): void => {
        this.#child = undefined
        onPidChanged()
      }
      this.#gone = once(child, 'exit').then(gone, gone)
      onPidChanged()
    } finally {
      await log.close()
    }
  }

  async ready(timeoutMs = 60_000): Promise<void> {
    const until = performance.now() + integerOption('timeoutMs', timeoutMs, { min: 1 })
    while (this.#child !== undefined) {
      if (await this.#options.isReady()) return
      if (performance.now() > until) throw await this.#failure(`was not ready after ${timeoutMs} ms`)
      await sleep(pollEveryMs)
    }
    throw await this.#failure('ended before it was ready')
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#gone
  }

  async stop(): Promise<void> {
    const child = this.#child
    const killer = setTimeout(() => child?.kill('SIGKILL'), orderlyStopMs)
    child?.kill('SIGTERM')
    await this.#gone
    clearTimeout(killer)
  }

  async #failure(what: string): Promise<PartitaError> {
    const log = await readFile(this.#options.logFile).catch(() => Buffer.alloc(0))
    const lines = whatWentWrong(log.subarray(this.#logStart).toString('utf8'))
    const end = lines === '' ? 'It logged nothing.' : `From its log:\n${lines}\n`
    return new PartitaError('CONNECTION_FAILED', `${this.#options.name} ${what}. ${end}`, { broker: this.address })
  }
}

/**
 * The part of a server's log that says why it failed: from its first error on, for a server that fails goes on to tell
 * at length how it shuts down. Its end where there is no error.
 */
export function whatWentWrong(log: string, lines = 40): string {
  const all = log.trimEnd().split('\n')
  const first = all.findIndex((line) => / (ERROR|FATAL) |^Exception in thread|^Error: /.test(line))
  return (first < 0 ? all.slice(-lines) : all.slice(first, first + lines)).join('\n')
}
