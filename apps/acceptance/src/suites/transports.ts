import type { Transport } from '@partita/protocol'
import { kafkajsTransport } from '@partita/transport-kafkajs'
import { nativeTransport } from '@partita/transport-native'

export type TransportName = 'native' | 'kafkajs'

const makers: Readonly<Record<TransportName, (brokers: readonly string[]) => Transport>> = {
  native: (brokers) => nativeTransport({ brokers }),
  kafkajs: (brokers) => kafkajsTransport({ brokers: [...brokers] }),
}

/** Every transport: what must hold holds over each of them. */
export const transportNames: readonly TransportName[] = ['native', 'kafkajs']

export function openTransport(name: TransportName, brokers: readonly string[]): Transport {
  return makers[name](brokers)
}
