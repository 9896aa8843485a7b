import { describe, expect, it } from 'vitest'
import { nativeTransport, tcpConnector, type NativeTransportOptions } from '../../src/index.ts'

describe('the options of a native transport', () => {
  const brokers = ['kafka:9092']

  it.each<[string, unknown]>([
    ['brokers', { brokers: [] }],
    ['brokers', { brokers: 'kafka:9092' }],
    ['brokers', { brokers: ['kafka'] }],
    ['clientId', { brokers, clientId: '' }],
    ['requestTimeoutMs', { brokers, requestTimeoutMs: 0 }],
    ['metadataMaxAgeMs', { brokers, metadataMaxAgeMs: -1 }],
    ['connectionsMaxIdleMs', { brokers, connectionsMaxIdleMs: 1.5 }],
    ['reconnectBackoffMaxMs', { brokers, reconnectBackoffMs: 2_000, reconnectBackoffMaxMs: 1_000 }],
    ['socketConnectionSetupTimeoutMs', { brokers, socketConnectionSetupTimeoutMs: 2 ** 31 }],
    ['ssl', { brokers, ssl: 'yes' }],
    ['ssl', { brokers, ssl: true, connector: tcpConnector() }],
    ['connector', { brokers, connector: {} }],
    ['sasl.mechanism', { brokers, sasl: { mechanism: 'GSSAPI' } }],
    ['sasl.username', { brokers, sasl: { mechanism: 'PLAIN', username: '', password: 'x' } }],
    ['sasl.password', { brokers, sasl: { mechanism: 'PLAIN', username: 'ann' } }],
    ['sasl.token', { brokers, sasl: { mechanism: 'OAUTHBEARER', token: 'abc' } }],
  ])('%s is checked: %j', (api, options) => {
    expect(() => nativeTransport(options as NativeTransportOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', place: expect.objectContaining({ api }) }) as Error,
    )
  })

  it('open nothing by themselves', () => {
    const transport = nativeTransport({ brokers, ssl: { servername: 'kafka' }, clientId: 'c' })
    expect(transport.name).toBe('native')
    expect(Object.values(transport.guarantees).every((kept) => kept === true)).toBe(true)
  })
})
