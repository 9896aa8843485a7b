import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GroupProtocol } from '@partita/protocol'
import { readEvents } from './events.ts'
import type { TransportName } from '../suites/transports.ts'
import type { MemberAccount } from './evaluate.ts'

export interface MemberProcess {
  readonly name: string
  readonly running: boolean
  /** The exit code; `null` while it runs or when a signal ended it. */
  readonly exitCode: number | null
  readonly errors: string
  /** Asks it to close in an orderly way, and waits. */
  stop(): Promise<void>
  /** `kill -9`, and waits. */
  kill(): Promise<void>
  account(): MemberAccount
}

// The member is plain JavaScript as built: Node 20 runs no TypeScript.
const script = fileURLToPath(new URL('../../dist/storm/member.js', import.meta.url))

export interface MemberOptions {
  readonly name: string
  readonly transport: TransportName
  readonly brokers: readonly string[]
  readonly topic: string
  readonly groupId: string
  readonly groupProtocol: GroupProtocol
  readonly folder: string
}

export function startMember(options: MemberOptions): MemberProcess {
  const { name, transport, brokers, topic, groupId, groupProtocol, folder } = options
  if (!existsSync(script)) throw new Error('Build first: the members of the storm run from apps/acceptance/dist.')
  const file = join(folder, `${name}.log`)
  const told = [transport, brokers.join(','), topic, groupId, groupProtocol, file]
  const child = spawn(process.execPath, [script, ...told], {
    // The pipe on its input is how a member learns that the storm is over, however it ended.
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let endedAt = Infinity
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)))
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      endedAt = Number(process.hrtime.bigint())
      resolve()
    })
  })
  async function end(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal)
    await ended
  }
  return {
    name,
    get running() {
      return endedAt === Infinity
    },
    get exitCode() {
      return child.exitCode
    },
    get errors() {
      return errors
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    account: () => ({ name, endedAt, events: existsSync(file) ? readEvents(file) : [] }),
  }
}
