import {
  batchHeaders,
  controlBatch,
  createBatchWriter,
  decodeBatch,
  readBatchHeader,
  readControlMarker,
  recordsOf,
  verifyCrc,
} from '@partita/wire'
import { describe, expect, test } from 'vitest'
import { text } from './text.ts'

// Three records and a transaction marker as kafka-clients 3.9.1 writes them: base64.
const java = {
  none:
    'AAAAAAAAACoAAAB/AAAAAwK8l0I9AAAAAAACAAABi8/laAAAAAGLz+Vo+gAAAAAAAAPoAAUAAAAHAAAAAy4AAAAGay0xDmdyw7bDn2UEAmgCeAJo' +
    'AVQA9AMCAUZ2YWx1ZSB2YWx1ZSB2YWx1ZSB2YWx1ZSB2YWx1ZSB2YWx1ZQAUAM8PBAZrLTMBAA==',
  gzip:
    'AAAAAAAAACoAAAB3AAAAAwKGKMRhAAEAAAACAAABi8/laAAAAAGLz+Vo+gAAAAAAAAPoAAUAAAAHAAAAAx+LCAAAAAAAAP/TY2BgYMvWNeRLLzq8' +
    '7fD8VBamDKYKpgzGEIYvzEyMbmWJOaWpCnhJBhGG8/wsQDOMGRkARLx2WE4AAAA=',
  snappy:
    'AAAAAAAAACoAAAB8AAAAAwJn+maLAAIAAAACAAABi8/laAAAAAGLz+Vo+gAAAAAAAAPoAAUAAAAHAAAAA4JTTkFQUFkAAAAAAQAAAAEAAAA3TpAu' +
    'AAAABmstMQ5ncsO2w59lBAJoAngCaAFUAPQDAgFGdmFsdWUgcgYALAAUAM8PBAZrLTMBAA==',
  lz4:
    'AAAAAAAAACoAAAB3AAAAAwKsGKEmAAMAAAACAAABi8/laAAAAAGLz+Vo+gAAAAAAAAPoAAUAAAAHAAAAAwQiTRhgQII3AAAA/xYuAAAABmstMQ5n' +
    'csO2w59lBAJoAngCaAFUAPQDAgFGdmFsdWUgBgAKwAAUAM8PBAZrLTMBAAAAAAA=',
  zstd:
    'AAAAAAAAACoAAAB1AAAAAwI+6aR/AAQAAAACAAABi8/laAAAAAGLz+Vo+gAAAAAAAAPoAAUAAAAHAAAAAyi1L/0AWMQBABQDLgAAAAZrLTEOZ3LD' +
    'tsOfZQQCaAJ4AmgBVAD0AwIBRnZhbHVlIAAUAM8PBAZrLTMBAAEAzV2eAQAA',
} as const
const javaAbort =
  'AAAAAAAAACoAAABCAAAAAwJAMFArADAAAAAAAAABi8/laAAAAAGLz+VoAAAAAAAAAAPoAAX/////AAAAASAAAAAIAAAAAAwAAAAAAAkA'

const start = 1_700_000_000_000

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

describe('batches that Java wrote are read', () => {
  test.each(Object.entries(java))('%s', async (compressionType, base64) => {
    const bytes = bytesOf(base64)
    const header = readBatchHeader(bytes)
    expect(header).toMatchObject({
      position: 0,
      byteLength: bytes.length,
      baseOffset: 42,
      lastOffset: 44,
      lastOffsetDelta: 2,
      partitionLeaderEpoch: 3,
      compressionType,
      timestampType: 'CreateTime',
      isTransactional: false,
      isControl: false,
      baseTimestamp: start,
      maxTimestamp: start + 250,
      producerId: 1000,
      producerEpoch: 5,
      baseSequence: 7,
      recordCount: 3,
    })
    expect(verifyCrc(bytes, header)).toBe(true)
    const records = await decodeBatch(bytes, header)
    expect(records.map((one) => [one.offset, one.timestamp, text(one.key), text(one.value)])).toEqual([
      [42, start, 'k-1', 'größe'],
      [43, start + 250, null, 'value value value value value value'],
      [44, start - 1000, 'k-3', null],
    ])
    expect(records[0]!.headers).toEqual([
      ['h', Uint8Array.of(0x78)],
      ['h', null],
    ])
    expect(records[1]!.headers).toEqual([])
  })

  test('an abort marker', () => {
    const bytes = bytesOf(javaAbort)
    const header = readBatchHeader(bytes)
    expect(header).toMatchObject({ isControl: true, isTransactional: true, producerId: 1000, baseSequence: -1 })
    expect(readControlMarker(recordsOf(bytes, header)[0]!)).toBe('abort')
  })
})

describe('what we write is what Java writes, byte for byte', () => {
  test('a batch', () => {
    const writer = createBatchWriter()
    writer.append(start, 'k-1', 'größe', [
      ['h', Uint8Array.of(0x78)],
      ['h', null],
    ])
    writer.append(start + 250, null, 'value value value value value value', [])
    writer.append(start - 1000, new TextEncoder().encode('k-3'), null, [])
    const fields = { baseOffset: 42, partitionLeaderEpoch: 3, producerId: 1000, producerEpoch: 5, baseSequence: 7 }
    expect(Buffer.from(writer.finish(fields)).toString('base64')).toBe(java.none)
  })

  test('an abort marker', () => {
    const batch = controlBatch('abort', {
      producerId: 1000,
      producerEpoch: 5,
      timestamp: start,
      coordinatorEpoch: 9,
      baseOffset: 42,
      partitionLeaderEpoch: 3,
    })
    expect(Buffer.from(batch).toString('base64')).toBe(javaAbort)
  })
})

test('batches back to back are told apart, and a last one that is cut is left out', () => {
  const all = [java.none, java.gzip, java.lz4].map(bytesOf)
  const whole = new Uint8Array(Buffer.concat(all))
  expect([...batchHeaders(whole)].map(({ position }) => position)).toEqual([
    0,
    all[0]!.length,
    all[0]!.length + all[1]!.length,
  ])
  for (let end = 0; end < whole.length; end++) {
    const complete = end < all[0]!.length ? 0 : end < all[0]!.length + all[1]!.length ? 1 : 2
    expect([...batchHeaders(whole.subarray(0, end))]).toHaveLength(complete)
  }
})
