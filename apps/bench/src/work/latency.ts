import { openClient } from './clients/open-client.ts'
import { readJob, report } from './job.ts'

// One record at a time, each awaited before the next: how long a lone send takes.
const job = readJob()
const client = await openClient(job)
const warmUp = 500
const micros: number[] = []
for (let i = 0; i < job.records + warmUp; i++) {
  const start = process.hrtime.bigint()
  await client.send(i, 1)
  if (i >= warmUp) micros.push(Number(process.hrtime.bigint() - start) / 1e3)
}
micros.sort((one, other) => one - other)
const percentile = (share: number): number => micros[Math.min(micros.length - 1, Math.floor(micros.length * share))]!
report({ p50: percentile(0.5), p99: percentile(0.99) })
