import { brokersSeenBy } from './brokers-seen-by.ts'
import { createServerProcess, type ServerProcess, type ServerProcessOptions } from './server-process.ts'

/** One server of a cluster under test. It is ready when it counts itself among the living brokers. */
export interface KafkaNode extends ServerProcess {
  readonly id: number
}

export type KafkaNodeOptions = Omit<ServerProcessOptions, 'name' | 'isReady'> & Pick<KafkaNode, 'id'>

/** A node whose settings are written and whose storage is formatted. It is down until {@link KafkaNode.start}. */
export function createKafkaNode({ id, ...options }: KafkaNodeOptions): KafkaNode {
  const isReady = async (): Promise<boolean> => (await brokersSeenBy(options.address)).includes(id)
  return Object.assign(createServerProcess({ ...options, name: `Kafka node ${id}`, isReady }), { id })
}
