import { startMeter } from '../meter.ts'
import { openClient } from './clients/open-client.ts'
import { readJob, report, sendAll } from './job.ts'

// Sends and awaits results, so many at a time, acks all. A tenth of the records goes before, unmeasured.
const job = readJob()
const { records, inFlight = 1_000, perSend = 1 } = job
const client = await openClient(job)
const send = client.send.bind(client)
await sendAll(Math.max(inFlight * perSend, records / 10), job, send)
const stop = startMeter()
await sendAll(records, job, send)
report({ ...stop(records) })
