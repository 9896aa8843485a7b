import { join } from 'node:path'
import { cacheFolder, must, programs } from '../cache.ts'
import type { ForeignClient } from '../foreign-client.ts'
import { runChecking } from '../program-client.ts'

/** A client from the Go module proxy: a program of ours with it, built into the cache. */
function goClient(name: string): ForeignClient {
  const program = cacheFolder(join('go', name))
  return {
    name,
    // Go knows by itself what is built already.
    install: async () => void (await must('go', ['build', '-o', program, '.'], { cwd: join(programs, name) })),
    run: (bootstrap) => runChecking({ command: program, args: [] }, bootstrap),
  }
}

export const goClients: readonly ForeignClient[] = ['franz-go', 'sarama'].map(goClient)
