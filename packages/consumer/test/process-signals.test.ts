import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyed, orders0, start } from './harness.ts'

afterEach(() => vi.unstubAllGlobals())

describe('closeOnSignals', () => {
  it('closes at the first signal and listens no more: a second one does what it does by default', async () => {
    const before = process.listenerCount('SIGUSR2')
    const t = await start({ closeOnSignals: ['SIGUSR2', 'SIGWINCH'] })
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1)
    t.transport.assign([orders0])
    t.transport.deliver('orders', 0, keyed('a'))
    await t.clock.settle()
    process.emit('SIGUSR2')
    expect(process.listenerCount('SIGUSR2')).toBe(before)
    expect(process.listenerCount('SIGWINCH')).toBe(0)
    expect(t.consumer.metrics().state).toBe('closing')
    t.call(0).done()
    expect(await t.ended).toBe('closed')
  })

  it('leaves no listener behind where the consumer is closed otherwise', async () => {
    const before = process.listenerCount('SIGUSR2')
    const t = await start({ closeOnSignals: ['SIGUSR2'] })
    await t.consumer.close()
    expect(process.listenerCount('SIGUSR2')).toBe(before)
  })

  it('is refused where the host has no signals', async () => {
    vi.stubGlobal('process', undefined)
    await expect(start({ closeOnSignals: ['SIGTERM'] })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})
