import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Ends what this process started and removes its folder, however this process ends. */
export interface Guardian {
  /** The processes to end; each call replaces the list of the call before. */
  watch(pids: readonly number[]): void
  /** Does now what the death of this process would have caused: ends what is watched, removes the folder, and goes. */
  dismiss(): Promise<void>
}

// The shell waits on a pipe that this process holds. The kernel closes it when we end, by whatever cause: a hook on
// 'exit' would miss SIGKILL, which is how a test runner ends a worker that hangs. The pause lets the killed processes
// go before their folder does.
const script = `
PATH=$PATH:/usr/bin:/bin
pids=
while read -r line; do pids=$line; done
if [ -n "$pids" ]; then kill -9 $pids 2>/dev/null; sleep 0.2; fi
if [ -n "$1" ]; then rm -rf -- "$1"; fi
`

/**
 * Starts a guardian: a shell of a few hundred kilobytes. Linux and macOS.
 *
 * @param folder removed at the end; none by default
 */
export function startGuardian(folder = ''): Guardian {
  // Detached: Ctrl-C goes to the whole process group, and the guardian has to outlive it.
  const shell = spawn('/bin/sh', ['-c', script, 'guardian', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const gone = once(shell, 'close')
  // Awaited in dismiss; until then a shell that cannot be started must not end the process.
  gone.catch(() => {})
  shell.stdin.on('error', () => {})
  return {
    watch(pids) {
      shell.stdin.write(`${pids.join(' ')}\n`)
    },
    async dismiss() {
      shell.stdin.end()
      await gone
    },
  }
}
