import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, vi } from 'vitest'
import { freePorts } from '../src/free-ports.ts'
import { startKafka } from '../src/index.ts'

vi.mock(import('../src/free-ports.ts'), async (original) => {
  const real = await original()
  return { freePorts: vi.fn(real.freePorts) }
})

it('starts on other ports where somebody takes one between the choice and the bind', async () => {
  const thief = createServer().listen(0, '127.0.0.1')
  await once(thief, 'listening')
  const { port: taken } = thief.address() as AddressInfo
  const [controllerPort] = await freePorts(1)
  vi.mocked(freePorts).mockClear().mockResolvedValueOnce([taken, controllerPort!])

  await using kafka = await startKafka({ nodes: 1 })
  expect(freePorts).toHaveBeenCalledTimes(2)
  expect(kafka.bootstrap).not.toContain(`127.0.0.1:${taken}`)
  thief.close()
})
