import { startBroker } from '@partita/broker'
import { startKafka } from '@partita/real-kafka'

/** A broker to run a client against. */
export interface Target extends AsyncDisposable {
  readonly name: string
  readonly bootstrap: string
  /** What the embedded broker warned of, in its words. */
  readonly warnings: readonly string[]
}

export async function embeddedTarget(): Promise<Target> {
  const warnings: string[] = []
  const broker = await startBroker({ onWarning: (line) => warnings.push(line) })
  return {
    name: 'the embedded broker',
    bootstrap: broker.bootstrap.join(','),
    warnings,
    [Symbol.asyncDispose]: () => broker.close(),
  }
}

/** A real Kafka 4.3.1, to see what the checks themselves are worth. */
export async function kafkaTarget(): Promise<Target> {
  const kafka = await startKafka({ nodes: 1, properties: { 'auto.create.topics.enable': true } })
  return {
    name: 'Apache Kafka 4.3.1',
    bootstrap: kafka.bootstrap.join(','),
    warnings: [],
    [Symbol.asyncDispose]: () => kafka.stop(),
  }
}
