import { startMeter } from '../meter.ts'
import { partitaClient } from './clients/partita.ts'
import { readJob, report, sendAll } from './job.ts'

// Fills a topic with keyed records for the consumers to read.
const job = readJob()
const client = partitaClient({ ...job, client: 'partita native' })
const stop = startMeter()
await sendAll(job.records, { inFlight: 20_000, isCounted: true }, client.send.bind(client))
report({ ...stop(job.records) })
