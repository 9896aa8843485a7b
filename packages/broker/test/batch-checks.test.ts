import { createVirtualClock } from '@partita/testing'
import { createBatchWriter, readBatchHeader, verifyCrc } from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { batchRulesOf } from '../src/log/check-batch.ts'
import { createConfigSet } from '../src/configs/config-set.ts'
import { topicConfigTable } from '../src/configs/topic-config-table.ts'
import { Partition } from '../src/topics/partition.ts'
import { batchOf } from './api-client.ts'

const clock = createVirtualClock()
const now = clock.now()

function append(batch: Uint8Array | null, configs: Record<string, string> = {}, allowsZstd = true): object {
  const set = createConfigSet(topicConfigTable)
  set.change(Object.entries(configs))
  return new Partition(0, clock, 1_000).append(batch, batchRulesOf(set, allowsZstd))
}

const sound = (): Uint8Array => batchOf(['a', 'b'], { timestamp: now })

/** Changes bytes of a sound batch and makes its CRC good again, as a buggy client would. */
function altered(at: number, ...values: number[]): Uint8Array {
  const batch = sound()
  batch.set(values, at)
  return withCrc(batch)
}

function withCrc(batch: Uint8Array): Uint8Array {
  let crc = 0xffffffff
  for (const byte of batch.subarray(21)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  new DataView(batch.buffer, batch.byteOffset).setUint32(17, ~crc >>> 0)
  return batch
}

describe('a batch is refused', () => {
  test.each<[string, Uint8Array | null, string]>([
    ['where there is none', null, 'INVALID_RECORD'],
    ['where it is empty', new Uint8Array(0), 'INVALID_RECORD'],
    ['with less than a header', sound().subarray(0, 40), 'INVALID_RECORD'],
    ['cut short', sound().subarray(0, -1), 'INVALID_RECORD'],
    ['beside another one', new Uint8Array([...sound(), ...sound()]), 'INVALID_RECORD'],
    ['in the format of before Kafka 0.11', altered(16, 1), 'INVALID_RECORD'],
    ['with an offset of its own', altered(7, 1), 'INVALID_RECORD'],
    ['whose CRC does not match', sound().fill(1, -1), 'CORRUPT_MESSAGE'],
    ['that counts otherwise than its last offset delta says', altered(60, 3), 'INVALID_RECORD'],
    ['of no records', altered(57, 0, 0, 0, 0), 'INVALID_RECORD'],
    ['with the control bit', altered(22, 0x20), 'INVALID_RECORD'],
    ['of a transaction without a producer', altered(22, 0x10), 'INVALID_RECORD'],
    ['that says LogAppendTime', altered(22, 0x08), 'INVALID_TIMESTAMP'],
    ['with a compression that does not exist', altered(22, 0x05), 'CORRUPT_MESSAGE'],
    ['of a producer id without a sequence', batchOf(['a'], { timestamp: now, producerId: 1 }), 'INVALID_RECORD'],
  ])('%s', (_, batch, error) => {
    expect(append(batch)).toMatchObject({ error })
  })

  test('over max.message.bytes', () => {
    const size = sound().length
    expect(append(sound(), { 'max.message.bytes': `${size}` })).toMatchObject({ baseOffset: 0 })
    expect(append(sound(), { 'max.message.bytes': `${size - 1}` })).toMatchObject({ error: 'MESSAGE_TOO_LARGE' })
  })

  test('with zstd, where the version of the request is before it', () => {
    expect(append(altered(22, 0x04))).toMatchObject({ baseOffset: 0 })
    expect(append(altered(22, 0x04), {}, false)).toMatchObject({ error: 'UNSUPPORTED_COMPRESSION_TYPE' })
  })

  test('too far in the future, or where the topic says so, in the past', () => {
    const hour = 3_600_000
    expect(append(batchOf(['a'], { timestamp: now + hour }))).toMatchObject({ baseOffset: 0 })
    expect(append(batchOf(['a'], { timestamp: now + hour + 1 }))).toMatchObject({ error: 'INVALID_TIMESTAMP' })
    const old = batchOf(['a'], { timestamp: now - 1_001 })
    expect(append(old)).toMatchObject({ baseOffset: 0 })
    expect(append(old, { 'message.timestamp.before.max.ms': '1000' })).toMatchObject({ error: 'INVALID_TIMESTAMP' })
  })
})

test('with LogAppendTime every record gets the time of the append, and the CRC is good again', () => {
  const configs = createConfigSet(topicConfigTable)
  configs.change([['message.timestamp.type', 'LogAppendTime']])
  const partition = new Partition(0, clock, 1_000)
  const far = batchOf(['a'], { timestamp: now + 10_000_000 })
  expect(partition.append(far, batchRulesOf(configs, true))).toEqual({ baseOffset: 0, logAppendTime: now })
  const stored = partition.log.read(0, 10_000, true)
  const header = readBatchHeader(stored)
  expect(header).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: now })
  expect(verifyCrc(stored, header)).toBe(true)
})

test('a sound batch is stored as it came, but for its offset and the leader epoch', () => {
  const writer = createBatchWriter()
  writer.append(now, 'k', 'v', [['h', new Uint8Array([1])]])
  const batch = writer.finish({})
  const partition = new Partition(0, clock, 1_000)
  partition.append(sound(), batchRulesOf(createConfigSet(topicConfigTable), true))
  partition.append(batch, batchRulesOf(createConfigSet(topicConfigTable), true))
  const stored = partition.log.read(2, 10_000, true)
  expect(readBatchHeader(stored)).toMatchObject({ baseOffset: 2, partitionLeaderEpoch: 0 })
  expect(stored.subarray(16)).toEqual(batch.subarray(16))
})
