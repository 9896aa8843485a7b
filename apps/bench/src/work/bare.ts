import { collectGarbage } from '../collect-garbage.ts'
import { report } from './job.ts'

// What Node takes by itself.
const startMs = performance.now()
await collectGarbage()
report({ startMs, residentMb: process.memoryUsage().rss / 1e6 })
