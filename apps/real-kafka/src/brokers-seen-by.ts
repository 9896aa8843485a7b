import { Kafka, logLevel } from 'kafkajs'

/**
 * The ids of the brokers that the node at this address lists as alive, or none where it does not answer. A broker in
 * KRaft mode opens its port only once the controller has let it in, so an answer alone says much already. Takes 3 s at
 * most.
 */
export async function brokersSeenBy(address: string): Promise<readonly number[]> {
  const kafka = new Kafka({
    clientId: 'readiness',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 1000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    return brokers.map(({ nodeId }) => nodeId)
  } catch {
    return []
  } finally {
    await admin.disconnect()
  }
}
