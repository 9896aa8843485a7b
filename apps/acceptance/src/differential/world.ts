import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaErrorCodes } from '@partita/protocol'
import {
  type Api,
  describeConfigsApi,
  describeTransactionsApi,
  listOffsetsApi,
  metadataApi,
  type RequestInput,
  type ResponseOf,
} from '@partita/wire'
import { createComparer } from './comparable.ts'
import { type RawClient, rawClient } from './raw-client.ts'
import type { VersionRanges } from './versions.ts'

/** One answer of a broker, in a form that can be compared. */
export interface Step {
  readonly label: string
  readonly answer: unknown
}

/** One broker as a scenario sees it. */
export interface World {
  /** Asks in a version that both brokers serve, and keeps the answer for the comparison. */
  ask<A extends Api>(what: string, api: A, body: Body<A>, among?: VersionRange): Promise<ResponseOf<A> | 'closed'>
  /** As `ask`, where the connection must not be closed. */
  expect<A extends Api>(what: string, api: A, body: Body<A>, among?: VersionRange): Promise<ResponseOf<A>>
  /** Sends a frame as it is; what is kept is whether an answer comes. */
  raw(what: string, frame: Uint8Array): Promise<void>
  /** The name with what makes it this scenario's own. */
  name(name: string): string
  /** Waits until the partitions of a topic have a leader that serves them. Nothing of it is compared. */
  ready(topic: string, partitions?: number): Promise<void>
  /** Waits until a topic's setting has a value. Nothing of it is compared. */
  configured(topic: string, setting: string, value: string): Promise<void>
  /** Waits until the markers of a transaction that has ended are written. Nothing of it is compared. */
  completed(transactionalId: string): Promise<void>
  /** By chance, and the same for both brokers. */
  pick<T>(choices: readonly T[]): T
  /** A second connection, as of another client. */
  other(): World
}

/** The body of a request, or one made for a version. */
type Body<A extends Api> = RequestInput<A> | ((version: number) => RequestInput<A>)

/** The least and the greatest version that a body can be written in. */
export type VersionRange = readonly [least: number, greatest: number]

export type Scenario = (world: World) => Promise<void>

const { COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS } =
  kafkaErrorCodes
/** A broker that is not ready yet is asked again: how soon it is, is no matter of the protocol. */
const notYet: ReadonlySet<number> = new Set([
  COORDINATOR_LOAD_IN_PROGRESS,
  COORDINATOR_NOT_AVAILABLE,
  NOT_COORDINATOR,
  CONCURRENT_TRANSACTIONS,
])

interface WorldOptions {
  readonly address: string
  readonly prefix: string
  readonly random: () => number
  readonly versions: VersionRanges
}

/** Runs a scenario against one broker and gives its answers, in order. */
export async function runScenario(scenario: Scenario, options: WorldOptions): Promise<Step[]> {
  const { address, prefix, random, versions } = options
  const steps: Step[] = []
  const comparable = createComparer(prefix)
  const closers: (() => void)[] = []

  function world(who: string): World {
    const client = rawClient(address, `differential${who}`)
    closers.push(client.close)

    function pick<T>(choices: readonly T[]): T {
      return choices[Math.floor(random() * choices.length)]!
    }

    async function ask<A extends Api>(what: string, api: A, body: Body<A>, among: VersionRange = [0, 99]) {
      const [least, greatest] = versions.get(api.key) ?? [0, 0]
      const [low, high] = [Math.max(least, among[0]), Math.min(greatest, among[1])]
      const version = low + Math.floor(random() * (high - low + 1))
      const written = typeof body === 'function' ? (body as (version: number) => RequestInput<A>)(version) : body
      // Its place is that of the request: answers to two clients may cross.
      const place = steps.push({ label: '', answer: undefined }) - 1
      let answer = await client.ask(api, version, written)
      for (let tries = 0; tries < 100 && errorsIn(answer).some((code) => notYet.has(code)); tries++) {
        await sleep(50)
        answer = await client.ask(api, version, written)
      }
      steps[place] = { label: `${api.name} v${version}${who}: ${what}`, answer: comparable(answer) }
      return answer
    }

    return {
      ask,
      async expect(what, api, body, among) {
        const answer = await ask(what, api, body, among)
        if (answer === 'closed') throw new Error(`${address} closed the connection at ${what}`)
        return answer
      },
      async raw(what, frame) {
        const answer = await client.sendRaw(frame)
        steps.push({ label: what, answer: answer === 'closed' ? answer : 'an answer' })
      },
      name: (name) => prefix + name,
      ready: (topic, partitions) => soon(`${topic} had its leaders`, () => isServed(client, topic, partitions)),
      configured: (topic, setting, value) =>
        soon(`${setting} of ${topic} was ${value}`, async () => {
          const resources = [{ resourceType: 2, resourceName: topic, configurationKeys: [setting] }]
          const answer = await client.ask(describeConfigsApi, 1, { resources })
          return answer !== 'closed' && answer.results[0]?.configs[0]?.value === value
        }),
      completed: (transactionalId) =>
        soon(`${transactionalId} was over`, async () => {
          const answer = await client.ask(describeTransactionsApi, 0, { transactionalIds: [transactionalId] })
          const state = answer === 'closed' ? '' : answer.transactionStates[0]?.transactionState
          return state === 'CompleteCommit' || state === 'CompleteAbort'
        }),
      pick,
      other: () => world(`, ${who === '' ? 'another' : `${who} and another`}`),
    }
  }

  try {
    await scenario(world(''))
  } finally {
    for (const close of closers) close()
  }
  return steps
}

async function soon(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return
    await sleep(20)
  }
  throw new Error(`it did not come about that ${what}`)
}

async function isServed(client: RawClient, topic: string, count?: number): Promise<boolean> {
  const told = await client.ask(metadataApi, 7, { topics: [{ name: topic }], allowAutoTopicCreation: false })
  const [found] = told === 'closed' ? [] : told.topics
  if (found === undefined || found.errorCode !== 0 || found.partitions.length < (count ?? 1)) return false
  const partitions = found.partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: -1 }))
  const asked = await client.ask(listOffsetsApi, 1, { topics: [{ name: topic, partitions }] })
  return asked !== 'closed' && errorsIn(asked).every((code) => code === 0)
}

function errorsIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(errorsIn)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === 'errorCode' ? [inner as number] : errorsIn(inner)))
}
