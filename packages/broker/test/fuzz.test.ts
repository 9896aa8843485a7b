import fc from 'fast-check'
import {
  addPartitionsToTxnApi,
  apis,
  encodeRequest,
  endTxnApi,
  fetchApi,
  initProducerIdApi,
  joinGroupApi,
  metadataApi,
  offsetCommitApi,
  produceApi,
  txnOffsetCommitApi,
} from '@partita/wire'
import { expect, test } from 'vitest'
import { createBroker } from '../src/index.ts'
import { batchOf, connectClient } from './api-client.ts'

const origin = { correlationId: 1, clientId: 'fuzz' }

/** Sound requests to start from. */
const seeds: readonly Uint8Array[] = [
  encodeRequest(metadataApi, 9, origin, { topics: [{ name: 't' }] }),
  encodeRequest(produceApi, 9, origin, {
    acks: 1,
    timeoutMs: 0,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf(['a', 'b']) }] }],
  }),
  encodeRequest(fetchApi, 12, origin, {
    maxWaitMs: 0,
    minBytes: 1,
    topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
  }),
  encodeRequest(joinGroupApi, 6, origin, {
    groupId: 'g',
    sessionTimeoutMs: 100,
    rebalanceTimeoutMs: 100,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: new Uint8Array(8) }],
  }),
  encodeRequest(offsetCommitApi, 8, origin, {
    groupId: 'g',
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
  }),
  encodeRequest(initProducerIdApi, 4, origin, { transactionalId: 'tx', transactionTimeoutMs: 1_000 }),
  encodeRequest(addPartitionsToTxnApi, 3, origin, {
    v3AndBelowTransactionalId: 'tx',
    v3AndBelowProducerId: 1,
    v3AndBelowProducerEpoch: 0,
    v3AndBelowTopics: [{ name: 't', partitions: [0] }],
  }),
  encodeRequest(txnOffsetCommitApi, 3, origin, {
    transactionalId: 'tx',
    groupId: 'g',
    producerId: 1,
    producerEpoch: 0,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
  }),
  encodeRequest(endTxnApi, 3, origin, { transactionalId: 'tx', producerId: 1, producerEpoch: 0, committed: true }),
]

const noise = fc.uint8Array({ minLength: 0, maxLength: 200 })

/** A frame with the head of an API that exists, and anything behind it. */
const headed = fc
  .tuple(fc.constantFrom(...apis), fc.integer({ min: 0, max: 20 }), noise)
  .map(([{ key }, version, body]) => framed(new Uint8Array([0, key, 0, version, 0, 0, 0, 1, 0, 1, 120, ...body])))

const flipped = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 5, minLength: 1 }),
  )
  .map(([seed, flips]) => {
    const frame = seed.slice()
    for (const [at, bits] of flips) frame[4 + (at % (frame.length - 4))]! ^= bits
    return frame
  })

const truncated = fc
  .tuple(fc.constantFrom(...seeds), fc.nat())
  .map(([seed, at]) => framed(seed.subarray(4, 4 + (at % (seed.length - 4)))))

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length)
  new DataView(frame.buffer).setInt32(0, body.length)
  frame.set(body, 4)
  return frame
}

test('whatever comes over a connection, the broker stands and other connections go on', async () => {
  const warnings: string[] = []
  await using broker = createBroker({ topics: { t: 1 }, onWarning: (line) => warnings.push(line) })
  const other = connectClient(broker)
  await fc.assert(
    fc.asyncProperty(fc.oneof(noise, headed, flipped, truncated), async (bytes) => {
      const client = connectClient(broker)
      client.sendRaw(bytes)
      const { brokers } = await other.call(metadataApi, 9, { topics: [] })
      client.close()
      expect(brokers).toHaveLength(1)
    }),
    { numRuns: 1_500, seed: 20_261_122 },
  )
  expect(warnings.length).toBeGreaterThan(100)
  expect(warnings.filter((line) => line.includes('a defect of the broker'))).toEqual([])
})
