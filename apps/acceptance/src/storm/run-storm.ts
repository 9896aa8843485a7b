import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer } from '@partita/producer'
import type { GroupProtocol } from '@partita/protocol'
import { openTransport, type TransportName } from '../suites/transports.ts'
import { evaluateStorm, type StormVerdict } from './evaluate.ts'
import { startMember, type MemberProcess } from './member-process.ts'

export interface StormOptions {
  readonly transport: TransportName
  readonly brokers: readonly string[]
  readonly topic: string
  readonly groupId: string
  readonly groupProtocol: GroupProtocol
  readonly seconds: number
  /** Numbers in [0, 1): the storm's course is drawn from them. */
  readonly random: () => number
}

export interface StormReport extends StormVerdict {
  readonly sent: number
  readonly joined: number
  readonly stopped: number
  readonly killed: number
  /** Members that ended with an error of their own. */
  readonly failures: readonly string[]
}

const keys = 200
const recordsPerSecond = 400
const most = 5

/**
 * Records of 200 keys flow while members join, leave and are killed; then everything is left to come to rest, and what
 * the members wrote down is judged.
 */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { transport, brokers, topic, groupId, groupProtocol, seconds, random } = options
  const folder = mkdtempSync(joinPath(tmpdir(), 'partita-storm-'))
  const members: MemberProcess[] = []
  const counts = { joined: 0, stopped: 0, killed: 0 }
  const alive = (): MemberProcess[] => members.filter((member) => member.running)

  function memberJoins(): void {
    counts.joined++
    const name = `member-${members.length + 1}`
    members.push(startMember({ name, transport, brokers, topic, groupId, groupProtocol, folder }))
  }

  /** One turn of the weather: somebody comes, somebody goes, somebody dies. */
  async function strike(): Promise<void> {
    const present = alive()
    const victim = present[Math.floor(random() * present.length)]
    if (victim === undefined || present.length < 2 || (present.length < most && random() < 0.4)) return memberJoins()
    if (random() < 0.5) {
      counts.stopped++
      await victim.stop()
    } else {
      counts.killed++
      await victim.kill()
    }
  }

  try {
    memberJoins()
    memberJoins()
    const until = performance.now() + seconds * 1000
    const sending = sendUntil(options, until)
    while (performance.now() < until) {
      await sleep(500 + random() * 2_500)
      await strike()
    }
    const expected = await sending
    while (alive().length < 2) memberJoins()
    await untilHandled(members, expected)
    await Promise.all(alive().map((member) => member.stop()))
    const failures = members.filter((member) => member.exitCode !== null && member.exitCode !== 0)
    return {
      sent: expected.size,
      ...counts,
      ...evaluateStorm(
        members.map((member) => member.account()),
        expected,
      ),
      failures: failures.map(({ name, errors }) => `${name}: ${errors}`),
    }
  } finally {
    await Promise.all(alive().map((member) => member.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function sendUntil({ transport, brokers, topic }: StormOptions, until: number): Promise<ReadonlySet<string>> {
  const sent = new Set<string>()
  await using producer = createProducer({ transport: openTransport(transport, brokers) })
  const tickMs = 50
  let count = 0
  while (performance.now() < until) {
    const sends: Promise<void>[] = []
    for (let i = 0; i < (recordsPerSecond * tickMs) / 1000; i++) {
      const send = producer.send({ topic, key: `key-${count % keys}`, value: String(count++) })
      sends.push(send.then(({ partition, offset }) => void sent.add(`${partition}@${offset}`)))
    }
    await Promise.all([sleep(tickMs), ...sends])
  }
  return sent
}

/** Waits until every record has been finished by somebody, at most a minute; what is missing then is lost. */
async function untilHandled(members: readonly MemberProcess[], expected: ReadonlySet<string>): Promise<void> {
  const limit = performance.now() + 60_000
  while (performance.now() < limit) {
    const { lost } = evaluateStorm(
      members.map((member) => member.account()),
      expected,
    )
    if (lost.length === 0) return
    await sleep(500)
  }
}
