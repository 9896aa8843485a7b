import { collectGarbage } from '../collect-garbage.ts'
import { report } from './job.ts'

// What Node takes by itself.
await collectGarbage()
report({ residentMb: process.memoryUsage().rss / 1e6 })
