import { PartitaError } from '@partita/protocol'
import { type KafkaCluster, startKafka, type StartKafkaOptions } from './kafka-cluster.ts'

/**
 * The cluster of `KAFKA_BROKERS` (`host:port,host:port`) where that is set, else a new one. Somebody else's cluster has
 * no `nodes` to kill, and its `stop` leaves it alone.
 *
 * @throws PartitaError `INVALID_OPTION` where `KAFKA_BROKERS` is no such list, and what {@link startKafka} throws
 */
export async function kafkaUnderTest(options: StartKafkaOptions): Promise<KafkaCluster> {
  const bootstrap = givenBrokers()
  if (bootstrap === undefined) return await startKafka(options)
  const stop = async (): Promise<void> => {}
  const bootstrapOf = (): string[] => {
    throw new PartitaError('INVALID_OPTION', 'KAFKA_BROKERS has one listener: no other is known.', {
      api: 'KAFKA_BROKERS',
    })
  }
  return { bootstrap, bootstrapOf, nodes: [], stop, [Symbol.asyncDispose]: stop }
}

/** Why tests that kill nodes cannot run in this environment; `undefined` where they can. Known before anything starts. */
export function reasonToSkipFaults(): string | undefined {
  return givenBrokers() === undefined ? undefined : 'the nodes of KAFKA_BROKERS cannot be killed from here'
}

function givenBrokers(): string[] | undefined {
  const list = process.env['KAFKA_BROKERS']?.trim()
  if (list === undefined || list === '') return undefined
  const brokers = list.split(',').map((broker) => broker.trim())
  const wrong = brokers.find((broker) => !/^\S+:\d{1,5}$/.test(broker))
  if (wrong === undefined) return brokers
  throw new PartitaError(
    'INVALID_OPTION',
    `KAFKA_BROKERS must be host:port,host:port; it has ${JSON.stringify(wrong)}.`,
    { api: 'KAFKA_BROKERS' },
  )
}
