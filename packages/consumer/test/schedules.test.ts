import fc from 'fast-check'
import { describe, it } from 'vitest'
import { GroupModel, type LogRecord, type Step } from './group-model.ts'

const partition = fc.nat(1)

/** Records with few keys, and gaps between the offsets of some. */
const log: fc.Arbitrary<LogRecord[]> = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.constantFrom(1, 1, 1, 2, 100)), { maxLength: 40 })
  .map((parts) => {
    let offset = -1
    return parts.map(([key, gap]) => ({ key, offset: (offset += gap) }))
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), partition, count: fc.integer({ min: 1, max: 8 }) }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fail' as const), which: fc.nat(20) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(50, 300, 1000, 5000, 9000) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('assign' as const), partition }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('revoke' as const, 'lose' as const), partition }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refuse commit' as const, 'slow commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const) }) },
)

const scenario = fc.record({
  logs: fc.tuple(log, log),
  maxConcurrency: fc.constantFrom(1, 3, 64),
  steps: fc.array(step, { maxLength: 80, size: 'max' }),
})

/**
 * Whatever happens in whatever order, handlers that fail, rebalances, lost partitions, crashes, refused commits: the model
 * (group-model.ts) finds nothing that was promised and not kept.
 */
describe.each(['key', 'partition', 'unordered'] as const)("under any schedule, with ordering: '%s'", (ordering) => {
  it('order is kept, the committed offset passes nothing unfinished, nothing committed is repeated, nothing is lost', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ logs, maxConcurrency, steps }) => {
        const model = new GroupModel(logs, ordering, maxConcurrency)
        await model.begin()
        for (const next of [{ do: 'assign', partition: 0 } as const, ...steps]) await model.take(next)
        await model.finish()
      }),
      { numRuns: Number(process.env['PARTITA_RUNS'] ?? 40) },
    )
  }, 600_000)
})
