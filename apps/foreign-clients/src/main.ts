import { parseArgs } from 'node:util'
import { isPartitaError } from '@partita/protocol'
import { goClients } from './clients/go.ts'
import { javaClients } from './clients/java.ts'
import { kafkajsSuite } from './clients/kafkajs-suite.ts'
import { kcatClient } from './clients/kcat.ts'
import { nodeClients } from './clients/node.ts'
import { pythonClients } from './clients/python.ts'
import type { ForeignClient } from './foreign-client.ts'
import { judge, table, type Verdict } from './table.ts'
import { embeddedTarget, kafkaTarget } from './targets.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    'kafkajs-source': { type: 'string' },
    kafka: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const clients: readonly ForeignClient[] = [
  kcatClient,
  ...pythonClients,
  ...nodeClients,
  ...javaClients,
  ...goClients,
  ...(values['kafkajs-source'] === undefined ? [] : [kafkajsSuite(values['kafkajs-source'])]),
]

if (values.help) {
  console.log(`Usage: node apps/foreign-clients/dist/main.js [options]

  --only NAME            one client; may be given again: ${clients.map(({ name }) => name).join(', ')}
  --kafkajs-source DIR   also kafkajs's own tests: a checkout of its tag v2.2.4 with its dependencies installed
  --kafka                on a real Kafka 4.3.1 instead of the embedded broker: to see what the checks are worth

Clients are fetched from their registries the first time and kept in the user's cache. A client that cannot be had here
is left out, with the reason. Exit code 1: a check failed that is not known to.`)
} else process.exitCode = await run()

async function run(): Promise<number> {
  const wanted = clients.filter(({ name }) => values.only === undefined || values.only.includes(name))
  const verdicts: Verdict[] = []
  for (const client of wanted) {
    console.log(`${client.name} …`)
    const verdict = await outcomeOf(client)
    verdicts.push(verdict)
    console.log(table([verdict]))
  }
  console.log(`\n${table(verdicts)}`)
  return verdicts.some(({ unexpected }) => unexpected.length > 0) ? 1 : 0
}

async function outcomeOf(client: ForeignClient): Promise<Verdict> {
  try {
    await client.install()
  } catch (error) {
    if (!isPartitaError(error)) throw error
    return judge(client, { version: 'not to be had here', checks: [] }, [error.message])
  }
  // A broker of its own for each: what one leaves behind is no matter of the next.
  await using target = values.kafka ? await kafkaTarget() : await embeddedTarget()
  return judge(client, await client.run(target.bootstrap), target.warnings)
}
