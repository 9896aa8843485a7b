/**
 * Partita's ports over kafkajs.
 *
 * @packageDocumentation
 */

// For everyone.
export { kafkajsTransport } from './kafkajs-transport.ts'
export type { KafkajsTransportConfig } from './kafkajs-transport.ts'

// For whoever writes or reads snappy, lz4 or zstd.
export { compressionCodecs, compressionTypes } from './compression.ts'
export type { KafkajsCodec } from './compression.ts'
