import { seededRandom } from '@partita/testing'
import { justified } from './justified.ts'
import { runScenario, type Scenario, type Step } from './world.ts'
import { commonVersions } from './versions.ts'

/** Two answers to one request that are not the same. */
export interface Difference {
  readonly scenario: string
  /** The request. */
  readonly step: string
  /** The field: `topics[0].errorCode`. */
  readonly path: string
  readonly values: readonly [one: unknown, other: unknown]
}

export interface Comparison {
  readonly steps: number
  /** Those that are not on the list of justified ones. */
  readonly differences: readonly Difference[]
  readonly justified: readonly Difference[]
}

interface CompareOptions {
  /** `host:port` of the broker that is checked, and of the one that is right. */
  readonly addresses: readonly [checked: string, right: string]
  readonly scenarios: Readonly<Record<string, Scenario>>
  readonly seed: number
}

/** Runs the same requests, by chance but the same chance, against two brokers, and compares answer by answer. */
export async function compare({ addresses, scenarios, seed }: CompareOptions): Promise<Comparison> {
  const versions = await commonVersions(addresses)
  const all: Difference[] = []
  let steps = 0
  // A Kafka that is there already may have been compared with before.
  const started = Date.now().toString(36)
  for (const [scenario, play] of Object.entries(scenarios)) {
    const prefix = `${started}-${seed}-${scenario.replaceAll(' ', '-')}-`
    const traces = await Promise.all(
      addresses.map((address) => runScenario(play, { address, prefix, random: seededRandom(seed), versions })),
    )
    const [one, other] = traces as [Step[], Step[]]
    steps += one.length
    for (let i = 0; i < Math.max(one.length, other.length); i++) {
      const [mine, right] = [one[i], other[i]]
      const step = mine?.label ?? right!.label
      if (mine?.label !== right?.label) {
        all.push({ scenario, step, path: '(the request itself)', values: [mine?.label, right?.label] })
        break
      }
      all.push(
        ...differencesIn(mine!.answer, right!.answer, '').map((difference) => ({ scenario, step, ...difference })),
      )
    }
  }
  const isJustified = ({ step, path }: Difference): boolean =>
    justified.some((one) => one.step.test(step) && one.path.test(path))
  return {
    steps,
    differences: all.filter((difference) => !isJustified(difference)),
    justified: all.filter(isJustified),
  }
}

function differencesIn(one: unknown, other: unknown, path: string): Pick<Difference, 'path' | 'values'>[] {
  if (Object.is(one, other)) return []
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((each, i) => differencesIn(each, other[i], `${path}[${i}]`))
  }
  if (isPlain(one) && isPlain(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].flatMap((name) => differencesIn(one[name], other[name], path === '' ? name : `${path}.${name}`))
  }
  return [{ path, values: [one, other] }]
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
