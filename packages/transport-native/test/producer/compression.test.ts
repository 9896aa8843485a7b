import { PartitaError, type CompressionType } from '@partita/protocol'
import { decodeBatch, readBatchHeader } from '@partita/wire'
import { describe, expect, it, vi } from 'vitest'
import { RecordBatch } from '../../src/producer/record-batch.ts'
import { batchOf, bench, insist, rejection } from './harness.ts'

const values = Array.from({ length: 50 }, (_, i) => `much the same text again and again ${i}`)
const types: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

describe('compression', () => {
  it.each(types)('%s: what is sent decodes to what was appended', async (compressionType) => {
    const { cluster, session } = await bench({ compressionType })
    const batch = batchOf(session, 0, values)
    await session.write(batch)
    const { bytes } = cluster.requests[0]!.batches[0]!
    const header = readBatchHeader(bytes)
    expect(header).toMatchObject({ compressionType, producerId: 1001, baseSequence: 0, recordCount: 50 })
    const records = await decodeBatch(bytes, header)
    expect(records.map(({ value }) => new TextDecoder().decode(value!))).toEqual(values)
    expect(Array.from(batch.records()).length).toBe(50)
    expect(bytes.length < batch.byteLength).toBe(compressionType !== 'none')
  })

  it('keeps the batches of one turn together, and the compressed bytes for the retries', async () => {
    const { cluster, session } = await bench({ compressionType: 'gzip' })
    cluster.onRequest = (_request, index) => (index === 0 ? { way: 'lost' } : {})
    const batches = [0, 1, 2].map((p) => batchOf(session, p, values))
    await Promise.all(batches.map((batch) => insist(session, batch)))
    const sent = cluster.requests.map((request) => request.batches.map(({ bytes }) => bytes))
    expect(sent.map(({ length }) => length)).toEqual([3, 3])
    expect(sent[1]).toEqual(sent[0])
  })

  it('that is stamped anew stays compressed', async () => {
    const { cluster, session } = await bench({ compressionType: 'gzip' })
    await session.write(batchOf(session, 0, values))
    await session.write(batchOf(session, 0, values))
    cluster.log(0).truncate(1)
    await insist(session, batchOf(session, 0, values))
    const header = readBatchHeader(cluster.requests.at(-1)!.batches[0]!.bytes)
    expect(header).toMatchObject({ compressionType: 'gzip', producerEpoch: 1, baseSequence: 0 })
    expect(cluster.log(0).headers).toHaveLength(2)
  })

  it('that fails for one batch leaves the others of its turn alone', async () => {
    const { cluster, session } = await bench({ compressionType: 'gzip' })
    const [bad, good] = [0, 1].map((p) => batchOf(session, p, values))
    if (!(bad instanceof RecordBatch)) throw new Error('not a batch of this transport')
    const missing = new PartitaError('MISSING_PACKAGE', 'Install the codec.')
    const compress = vi.spyOn(bad, 'compress').mockRejectedValueOnce(missing)
    const writes = [session.write(bad), session.write(good!)]
    expect(await rejection(writes[0]!)).toMatchObject({ code: 'MISSING_PACKAGE', retriable: false, ambiguous: false })
    expect((await writes[1])?.baseOffset).toBe(0)
    expect(compress).toHaveBeenCalledTimes(1)
    expect(cluster.requests.map(({ batches }) => batches.map(({ partition }) => partition))).toEqual([[1]])
  })
})
