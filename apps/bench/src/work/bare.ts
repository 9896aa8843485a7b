// What Node takes by itself. All else is loaded when it has been looked how long it took to start.
const startMs = performance.now()
const { collectGarbage } = await import('../collect-garbage.ts')
const { report } = await import('./job.ts')
await collectGarbage()
report({ startMs, residentMb: process.memoryUsage().rss / 1e6 })

export {}
