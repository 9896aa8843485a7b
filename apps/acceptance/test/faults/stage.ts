import { setTimeout as sleep } from 'node:timers/promises'
import { type BrokerOptions, createBroker, type MemoryBroker, startBroker } from '@partita/broker'
import { createConsumer } from '@partita/consumer'
import { createProducer, type Producer, type ProducerOptions } from '@partita/producer'
import { stringSerde, type Transport } from '@partita/protocol'
import { createVirtualClock } from '@partita/testing'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { memoryConnector, nativeTransport } from '@partita/transport-native'
import { createMeddledWire, type MeddledWire } from './meddled-wire.ts'
import { slowConnector } from './slow-connector.ts'

export const topic = 'orders'

type ConsumeOptions = Omit<Partial<Parameters<typeof createConsumer<string, string>>[0]>, 'partitions' | 'handler'>

/** A broker, a transport to it, and whoever produces and consumes over that. Closes all of it. */
export interface Stage extends AsyncDisposable {
  readonly broker: MemoryBroker
  readonly transport: Transport
  /** The client's end of the connections. */
  readonly wire: MeddledWire
  /** Lets time pass until this holds. */
  until(condition: () => boolean): Promise<void>
  /** Lets time pass until the promise is settled, and gives what came of it. */
  ended<T>(promise: Promise<T>): Promise<T>
  producer(options?: Omit<ProducerOptions, 'transport'>): Producer
  /** Sends these values, all under one key, without waiting for one another. */
  send(producer: Producer, values: readonly string[]): Promise<unknown>
  /** A member of the group `billing`; gives the values that it handles, in their order. */
  consume(options?: ConsumeOptions): string[]
  /** What a partition's log holds, read from the log itself. */
  logged(partition?: number): Promise<string[]>
}

/**
 * Native in memory, on a virtual clock: whatever is waited for, with the defaults of everything, costs no time.
 * @param latencyMs how long each byte takes, each way; default: none
 */
export async function nativeStage(options: BrokerOptions = {}, latencyMs = 0): Promise<Stage> {
  const clock = createVirtualClock()
  const broker = createBroker({ topics: { [topic]: 1 }, ...options, clock })
  const memory = memoryConnector(broker)
  const wire = createMeddledWire(latencyMs === 0 ? memory : slowConnector(memory, latencyMs, clock))
  const transport = nativeTransport({ brokers: ['in-memory:9092'], connector: wire.connector, clock })
  const until = (condition: () => boolean): Promise<void> => clock.advanceUntil(condition, 600_000)
  return stageOf({ broker, transport, wire, until }, { producer: {}, consumer: {} })
}

/** kafkajs over TCP has no other clock than the host's: so little patience that what is not answered is soon given up. */
export async function kafkajsStage(options: BrokerOptions = {}): Promise<Stage> {
  const broker = await startBroker({ topics: { [topic]: 1 }, ...options })
  const wire = createMeddledWire()
  const { socketFactory } = wire
  const transport = kafkajsTransport({ brokers: broker.bootstrap, socketFactory, requestTimeout: 300 })
  const until = async (condition: () => boolean): Promise<void> => {
    const deadline = performance.now() + 10_000
    for (; !condition(); await sleep(5)) if (performance.now() > deadline) throw new Error('it takes more than 10 s')
  }
  const producer = { requestTimeoutMs: 300, retryBackoffMs: 20, retryBackoffMaxMs: 20 }
  const consumer = { heartbeatIntervalMs: 50, fetchMaxWaitMs: 50, autoCommitIntervalMs: 50 }
  return stageOf({ broker, transport, wire, until }, { producer, consumer })
}

function stageOf(
  parts: Pick<Stage, 'broker' | 'transport' | 'wire' | 'until'>,
  patience: { readonly producer: Omit<ProducerOptions, 'transport'>; readonly consumer: ConsumeOptions },
): Stage {
  const { broker, transport, until } = parts
  const opened: { close(): Promise<void> }[] = []

  async function ended<T>(promise: Promise<T>): Promise<T> {
    let isOver = false
    const over = (): void => void (isOver = true)
    promise.then(over, over)
    await until(() => isOver)
    return promise
  }

  return {
    ...parts,
    ended,
    producer(options = {}) {
      const producer = createProducer({ transport, ...patience.producer, ...options })
      opened.push(producer)
      return producer
    },
    send: (producer, values) => Promise.all(values.map((value) => producer.send({ topic, key: 'k', value }))),
    consume(options = {}) {
      const handled: string[] = []
      const consumer = createConsumer({
        transport,
        groupId: 'billing',
        topics: [topic],
        keyDeserializer: stringSerde,
        valueDeserializer: stringSerde,
        autoOffsetReset: 'earliest',
        ...patience.consumer,
        ...options,
        handler: ({ value }) => void handled.push(value!),
      } as Parameters<typeof createConsumer<string, string>>[0])
      const running = consumer.run()
      // A failure that nobody waits for yet; closing tells it.
      running.catch(() => undefined)
      opened.unshift({ close: () => consumer.close().then(() => running) })
      return handled
    },
    async logged(partition = 0) {
      const decoder = new TextDecoder()
      return (await broker.log(topic, partition)).map(({ value }) => decoder.decode(value!))
    },
    async [Symbol.asyncDispose]() {
      try {
        for (const each of opened) await ended(each.close())
      } finally {
        await broker.close()
      }
    },
  }
}
