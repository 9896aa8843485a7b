import type { SubscribeOptions, Transport } from '@partita/protocol'

/** The same transport, whose members join by another protocol, or with another assignor, than they would by default. */
export function withGroupProtocol(
  transport: Transport,
  own: Pick<SubscribeOptions, 'groupProtocol' | 'partitionAssignmentStrategy'>,
): Transport {
  return {
    ...transport,
    openConsumer() {
      const session = transport.openConsumer()
      return {
        subscribe: (options, listener) => session.subscribe({ ...own, ...options }, listener),
        assign: (options, listener) => session.assign(options, listener),
        close: () => session.close(),
      }
    },
  }
}
