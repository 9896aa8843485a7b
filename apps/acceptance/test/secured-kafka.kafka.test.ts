import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProducer } from '@partita/producer'
import { type KafkaCluster, reasonToSkipFaults, runJavaTool, startKafka } from '@partita/real-kafka'
import {
  type Connector,
  nativeTransport,
  type NativeTransportOptions,
  type PasswordSasl,
  tcpConnector,
} from '@partita/transport-native'
import { decodeRequestHeader, saslHandshakeApi } from '@partita/wire'
import { readLog } from '../src/read-log.ts'
import { localhost } from './test-certificates.ts'

const login = 'org.apache.kafka.common.security'
const password = 'pa55-secret'
const mechanisms = ['PLAIN', 'SCRAM-SHA-512'] as const
const reauthenticationMs = 4_000
const ssl = { ca: localhost.cert }

/** Two listeners with SASL, one of them over TLS. The user of SCRAM is put in by a tool, as an administrator would. */
const properties = {
  'sasl.enabled.mechanisms': mechanisms.join(','),
  'connections.max.reauth.ms': reauthenticationMs,
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.certificate.chain': localhost.cert,
  'ssl.keystore.key': localhost.key,
  ...Object.fromEntries(
    ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
      [
        `listener.name.${listener}.plain.sasl.jaas.config`,
        `${login}.plain.PlainLoginModule required user_ann="${password}";`,
      ],
      [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, `${login}.scram.ScramLoginModule required;`],
    ]),
  ),
}

const ann = (mechanism: PasswordSasl['mechanism'], given = password): PasswordSasl => ({
  mechanism,
  username: 'ann',
  password: given,
})

/** TCP that counts, for each connection, how often its client said who it is. */
function watchedTcp(): { readonly connector: Connector; readonly handshakes: number[] } {
  const tcp = tcpConnector()
  const handshakes: number[] = []
  return {
    handshakes,
    connector: {
      async connect(endpoint, signal) {
        const stream = await tcp.connect(endpoint, signal)
        const index = handshakes.push(0) - 1
        return {
          ...stream,
          listen: (listener) => stream.listen(listener),
          close: () => stream.close(),
          destroy: () => stream.destroy(),
          write(pieces) {
            for (const piece of pieces) {
              const { apiKey } = decodeRequestHeader(piece.subarray(4))
              if (apiKey === saslHandshakeApi.key) handshakes[index]! += 1
            }
            return stream.write(pieces)
          },
        }
      },
    },
  }
}

describe.skipIf(reasonToSkipFaults() !== undefined)('native on a real Kafka that asks who it is', () => {
  let kafka: KafkaCluster
  let topics = 0

  beforeAll(async () => {
    kafka = await startKafka({ nodes: 1, properties, extraListeners: ['SASL_PLAINTEXT', 'SASL_SSL'] })
    const scram = `SCRAM-SHA-512=[password=${password}]`
    const user = ['--alter', '--entity-type', 'users', '--entity-name', 'ann', '--add-config', scram]
    const server = ['--bootstrap-server', kafka.bootstrap.join(',')]
    const made = await runJavaTool('kafka.admin.ConfigCommand', [...server, ...user])
    expect(made, made.stderr).toMatchObject({ exitCode: 0 })
  })
  afterAll(() => kafka?.stop())

  async function newTopic(): Promise<string> {
    const topic = `secured-${++topics}`
    const admin = nativeTransport({ brokers: kafka.bootstrap }).openAdmin()
    await admin.createTopics([{ topic, numPartitions: 1 }])
    await admin.close()
    return topic
  }

  it.each(
    mechanisms.flatMap((mechanism) => [
      [mechanism, 'SASL_PLAINTEXT', {}] as const,
      [mechanism, 'SASL_SSL', { ssl }] as const,
    ]),
  )('a record travels with %s over %s', async (mechanism, listener, options) => {
    const topic = await newTopic()
    const transport = nativeTransport({ brokers: kafka.bootstrapOf(listener), sasl: ann(mechanism), ...options })
    await using producer = createProducer({ transport })
    await producer.send({ topic, key: 'o-1', value: 'paid' })
    expect(await readLog(kafka.bootstrap, topic)).toMatchObject([{ key: 'o-1', value: 'paid' }])
  })

  it.each(mechanisms)('a wrong password of %s is refused at once', async (mechanism) => {
    const error = await failure({ brokers: kafka.bootstrapOf('SASL_SSL'), ssl, sasl: ann(mechanism, 'wr0ng') })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
    expect(error.message).toContain(`refused the user "ann" by SASL ${mechanism}`)
    expect(error.message).not.toContain('wr0ng')
  })

  it('a certificate of an unknown authority ends it at once', async () => {
    const error = await failure({ brokers: kafka.bootstrapOf('SASL_SSL'), ssl: true, sasl: ann('PLAIN') })
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false })
    expect(error.message).toMatch(/self-signed certificate\. Give .* as ssl\.ca\./)
  })

  it('says who it is again before its time is over, on the same connection, and nothing is lost for it', async () => {
    const topic = await newTopic()
    const { connector, handshakes } = watchedTcp()
    const brokers = kafka.bootstrapOf('SASL_PLAINTEXT')
    await using producer = createProducer({
      transport: nativeTransport({ brokers, connector, sasl: ann('SCRAM-SHA-512') }),
    })
    const until = performance.now() + 2.5 * reauthenticationMs
    let sent = 0
    let connections = 0
    while (performance.now() < until) {
      await producer.send({ topic, key: 'o-1', value: String(sent++) })
      if (sent === 1) connections = handshakes.length
    }
    // Kafka ends a connection that goes on beyond its time: there would be a new one.
    expect(handshakes).toHaveLength(connections)
    expect(Math.max(...handshakes)).toBeGreaterThan(2)
    expect(await readLog(kafka.bootstrap, topic)).toHaveLength(sent)
  })

  async function failure(options: NativeTransportOptions): Promise<{ readonly message: string }> {
    const admin = nativeTransport(options).openAdmin()
    const began = performance.now()
    const outcome = await admin.listTopics().then(
      () => expect.fail('it went well'),
      (error: Error) => error,
    )
    await admin.close()
    // Not the requestTimeoutMs of 30 s; and Kafka itself waits a little before it refuses.
    expect(performance.now() - began).toBeLessThan(10_000)
    return outcome
  }
})
