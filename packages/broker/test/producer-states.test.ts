import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { type BatchHeader, readBatchHeader } from '@partita/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { ProducerStates, type SequenceVerdict } from '../src/log/producer-states.ts'
import { batchOf } from './api-client.ts'

let clock: VirtualClock
let states: ProducerStates
let endOffset: number

beforeEach(() => {
  clock = createVirtualClock()
  states = new ProducerStates(clock, 1_000)
  endOffset = 0
})

function header(baseSequence: number, count = 1, producerEpoch = 0, producerId = 7): BatchHeader {
  const values = Array.from({ length: count }, () => 'v')
  return readBatchHeader(batchOf(values, { producerId, producerEpoch, baseSequence }))
}

/** What a partition does: checks, and appends what is next. */
function write(...batch: Parameters<typeof header>): SequenceVerdict {
  const sent = header(...batch)
  const verdict = states.check(sent)
  if (verdict.kind === 'next') {
    states.record(sent, endOffset, -1)
    endOffset += sent.recordCount
  }
  return verdict
}

describe('an idempotent producer', () => {
  test('may begin with any sequence where nothing of it is known, then goes on without a gap', () => {
    expect(write(5, 2).kind).toBe('next')
    expect(write(7, 1).kind).toBe('next')
    expect(write(9, 1)).toMatchObject({ kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(write(8, 1).kind).toBe('next')
  })

  test('that sends one of its last five batches again gets the offset of the first time', () => {
    for (let i = 0; i < 6; i++) write(i * 2, 2)
    expect(write(10, 2)).toMatchObject({ kind: 'duplicate', baseOffset: 10 })
    expect(write(2, 2)).toMatchObject({ kind: 'duplicate', baseOffset: 2 })
    expect(write(0, 2)).toMatchObject({ kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(write(12, 1).kind).toBe('next')
  })

  test('that sends part of a batch again is refused', () => {
    write(0, 3)
    expect(write(0, 2)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(write(1, 2)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })

  test('begins a new epoch with sequence 0, and cannot go back to an old one', () => {
    write(0, 3)
    expect(write(3, 1, 1)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(write(0, 3, 1).kind).toBe('next')
    expect(write(3, 1, 0)).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    expect(write(3, 1, 1).kind).toBe('next')
  })

  test('goes from sequence 2147483647 to 0, within a batch or between two', () => {
    write(2_147_483_646, 1)
    expect(write(2_147_483_647, 3).kind).toBe('next')
    expect(write(2_147_483_647, 3)).toMatchObject({ kind: 'duplicate', baseOffset: 1 })
    expect(write(2, 1).kind).toBe('next')
  })

  test('is not mixed up with another', () => {
    write(0, 1)
    expect(write(0, 1, 0, 8).kind).toBe('next')
    expect(write(0, 1, 0, 8)).toMatchObject({ kind: 'duplicate', baseOffset: 1 })
  })

  test('is forgotten when it was not heard of for producer.id.expiration.ms', async () => {
    write(0, 1)
    await clock.advance(1_001)
    write(0, 1, 0, 8)
    expect(write(41, 1).kind).toBe('next')
  })
})
