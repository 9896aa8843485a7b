import type { AdminTransport } from '@partita/protocol'
import { createAdminSession } from '../../src/admin/admin-session.ts'
import { during, toldCluster, type ToldCluster } from '../cluster/cluster-harness.ts'

export interface AdminHarness extends ToldCluster {
  readonly admin: AdminTransport
  /** Lets the fake brokers answer, and pauses between attempts pass, until the promise settles. */
  settled<T>(promise: Promise<T>): Promise<T>
  /** The nodes that requests of an API went to, by the port in their address. */
  nodesAsked(api: string): number[]
}

/** An admin session with a time limit of a second. */
export function adminHarness(): AdminHarness {
  const told = toldCluster()
  const { clock, broker } = told
  // The same object: what a test changes of it is what the brokers tell.
  return Object.assign(told, {
    admin: createAdminSession(told.open({ requestTimeoutMs: 1_000 }), 1_000),
    settled: <T>(promise: Promise<T>) => during(clock, promise, 20),
    nodesAsked: (api: string): number[] =>
      broker.requests.flatMap((each): number[] => {
        if (each.name !== api) return []
        const { address } = broker.connections.find(({ requests }) => requests.includes(each))!
        return [Number(address.split(':')[1])]
      }),
  })
}

/** Has every group's coordinator be this node, as it is at the moment. */
export function coordinate({ broker }: ToldCluster, node: () => number): void {
  broker.on('FindCoordinator', ({ body }) => ({
    coordinators: body.coordinatorKeys.map((key) => ({
      key,
      errorCode: 0,
      nodeId: node(),
      host: `node-${node()}`,
      port: node(),
    })),
  }))
}
