/**
 * Partita's ports over Kafka's own protocol, spoken directly.
 *
 * @packageDocumentation
 */

// For everyone.
export { nativeTransport } from './native-transport.ts'
export type { NativeTransportOptions } from './native-transport.ts'
export type { OauthSasl, OauthToken, PasswordSasl, SaslOptions } from './network/sasl/sasl-options.ts'

// For brokers in the same process, and for whoever carries bytes in a way of their own.
export { memoryConnector } from './network/memory-connector.ts'
export type { MemoryBroker, MemoryConnection } from './network/memory-connector.ts'
export { tcpConnector } from './network/tcp-connector.ts'
export type { ByteStream, Connector, Endpoint, StreamListener } from './network/connector.ts'
