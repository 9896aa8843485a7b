import { join } from 'node:path'
import { cacheFolder, installOnce, must, programs } from '../cache.ts'
import type { ForeignClient } from '../foreign-client.ts'
import { runChecking } from '../program-client.ts'

/** A client from PyPI, in a virtual environment of its own. */
function pythonClient(name: string, requirement: string, program: string): ForeignClient {
  const python = join(cacheFolder(name), 'venv/bin/python')
  return {
    name,
    install: () =>
      installOnce(name, `.${requirement}`, async (folder) => {
        await must('python3', ['-m', 'venv', join(folder, 'venv')])
        await must(python, ['-m', 'pip', 'install', '-q', requirement])
        await must('touch', [join(folder, `.${requirement}`)])
      }),
    run: (bootstrap) => runChecking({ command: python, args: [join(programs, 'python', program)] }, bootstrap),
  }
}

export const pythonClients: readonly ForeignClient[] = [
  pythonClient('confluent-kafka-python', 'confluent-kafka==2.16.1', 'confluent.py'),
  pythonClient('aiokafka', 'aiokafka==0.14.0', 'aio.py'),
]
