import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'

export interface RawRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
}

/**
 * Reads a whole topic with kafkajs itself, so that what Partita wrote is judged by another reader. Records come in log
 * order within each partition.
 */
export async function readLog(brokers: readonly string[], topic: string): Promise<readonly RawRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'acceptance-reader', logLevel: logLevel.NOTHING })
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(kafka, topic, `acceptance-reader-${topic}-${attempt}`)
    } catch (error) {
      // After a node was killed the groups' own topic may still be changing hands, which kafkajs does not wait out.
      if (attempt === 20) throw error
      await sleep(500)
    }
  }
}

async function readOnce(kafka: Kafka, topic: string, groupId: string): Promise<readonly RawRecord[]> {
  const ends = await logEnds(kafka, topic)
  const unread = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  const records: RawRecord[] = []
  if (unread.size === 0) return records

  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      const run = consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const { offset, key, value } of batch.messages) {
            records.push({
              partition: batch.partition,
              offset: Number(offset),
              key: key === null ? null : key.toString(),
              value: value === null ? null : value.toString(),
            })
          }
          if (Number(batch.lastOffset()) >= ends.get(batch.partition)! - 1) unread.delete(batch.partition)
          if (unread.size === 0) resolve()
        },
      })
      run.catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records
}

async function logEnds(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, number>> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]))
  } finally {
    await admin.disconnect()
  }
}
