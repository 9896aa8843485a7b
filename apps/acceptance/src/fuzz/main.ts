import { parseArgs } from 'node:util'
import { fuzzBroker } from './fuzz-broker.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

if (values.help) {
  console.log(`Usage: node --expose-gc apps/acceptance/dist/fuzz/main.js [--frames 1000000] [--seed 1]

Damaged requests against the embedded broker in memory. Exit code 1: a defect, a connection left without answer or end, or
another client that was not served.`)
} else {
  const started = performance.now()
  const { frames, answers, closed, silent, faults, heapBytes } = await fuzzBroker({
    frames: Number(values.frames),
    seed: Number(values.seed),
    onProgress: (done, heap) => console.log(`${done} frames, heap ${mebibytes(heap)}`),
  })
  const seconds = ((performance.now() - started) / 1_000).toFixed(0)
  console.log(
    `${frames} frames (seed ${values.seed}) in ${seconds} s: ${answers} answers, ${closed} connections closed, ${silent} silent.`,
  )
  console.log(`Heap after each broker: ${mebibytes(Math.min(...heapBytes))} to ${mebibytes(Math.max(...heapBytes))}.`)
  for (const fault of faults.slice(0, 20)) console.log(`FAULT: ${fault}`)
  console.log(`${faults.length} faults`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
