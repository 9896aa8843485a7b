import { startMeter } from '../meter.ts'
import { openClient } from './clients/open-client.ts'
import { readJob, report } from './job.ts'

// Reads a whole topic, one member, nothing to do in the handler. The clock starts at the first record.
const job = readJob()
const client = await openClient(job)

let count = 0
let stop: ReturnType<typeof startMeter> | undefined

await client.consume(`bench-${process.pid}-${Date.now()}`, (more) => {
  stop ??= startMeter()
  count += more
  // What comes after is not waited for, and may come all the same before the process has ended.
  if (count - more < job.records && count >= job.records) report({ ...stop(count) })
})
