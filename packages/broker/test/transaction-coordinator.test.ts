import { createVirtualClock, type VirtualClock } from '@partita/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  createTransactionCoordinator,
  type TransactionCoordinator,
} from '../src/transactions/transaction-coordinator.ts'
import type { ProducerIdentity, TransactionalProducer } from '../src/transactions/transaction-requests.ts'

let clock: VirtualClock
let coordinator: TransactionCoordinator
/** What was written where: `commit t-0 1/0`, `abort group g 1`. */
let written: string[]

beforeEach(() => {
  clock = createVirtualClock()
  written = []
  let lastProducerId = 0
  coordinator = createTransactionCoordinator(
    { clock, nextProducerId: () => (lastProducerId += 1) },
    { maxTimeoutMs: 60_000, idExpirationMs: 100_000 },
    {
      writeMarker: ({ topic, partition }, marker, { producerId, producerEpoch }) =>
        written.push(`${marker} ${topic}-${partition} ${producerId}/${producerEpoch}`) > 0,
      endOffsets: (groupId, marker, producerId) => written.push(`${marker} group ${groupId} ${producerId}`),
    },
  )
})

const place = { topic: 't', partition: 0 }

function init(expected?: ProducerIdentity, timeoutMs = 1_000, transactionalId = 'tx') {
  return coordinator.init({ transactionalId, timeoutMs, expected })
}

/** A producer that has just taken the transactional id. */
function begun(timeoutMs = 1_000): TransactionalProducer {
  const producer = init(undefined, timeoutMs)
  if (typeof producer === 'string') throw new Error(producer)
  return { transactionalId: 'tx', ...producer }
}

const state = (): string | undefined => coordinator.get('tx')?.state

describe('a transactional id', () => {
  test('gets a producer id, and the next epoch of it each time someone takes it', () => {
    expect(init()).toEqual({ producerId: 1, producerEpoch: 0 })
    expect(init()).toEqual({ producerId: 1, producerEpoch: 1 })
    expect(init(undefined, 1_000, 'other')).toEqual({ producerId: 2, producerEpoch: 0 })
    expect(state()).toBe('Empty')
  })

  test('has to have a name, and a timeout that the broker allows', () => {
    expect(init(undefined, 1_000, '')).toBe('INVALID_REQUEST')
    expect([0, -1, 60_001].map((timeoutMs) => init(undefined, timeoutMs))).toEqual(
      Array.from({ length: 3 }, () => 'INVALID_TRANSACTION_TIMEOUT'),
    )
    expect(init(undefined, 60_000)).toEqual({ producerId: 1, producerEpoch: 0 })
  })

  test('gets another producer id when the epochs are used up', () => {
    for (let epoch = 0; epoch <= 0x7ffe; epoch++) expect(init()).toEqual({ producerId: 1, producerEpoch: epoch })
    expect(init()).toEqual({ producerId: 2, producerEpoch: 0 })
  })

  test('fences an open transaction also in the last epoch', () => {
    let last = begun()
    while (last.producerEpoch < 0x7ffe) last = begun()
    coordinator.addPartitions(last, [place])
    // Epoch 0 was that of the producer that was fenced, had it asked to go on.
    expect(init()).toEqual({ producerId: 2, producerEpoch: 1 })
    expect(written).toEqual(['abort t-0 1/32767'])
  })

  test('gives another producer id also to one that goes on after the timeout of its last epoch', async () => {
    let last = begun()
    while (last.producerEpoch < 0x7ffe) last = begun()
    coordinator.addPartitions(last, [place])
    await clock.advance(1_000)
    expect(written).toEqual(['abort t-0 1/32767'])
    expect([init(last), init(last)]).toEqual(Array.from({ length: 2 }, () => ({ producerId: 2, producerEpoch: 0 })))
  })

  test('is forgotten when nobody used it for long, but not while its transaction is open', async () => {
    begun()
    const open = { transactionalId: 'open', ...(init(undefined, 60_000, 'open') as ProducerIdentity) }
    await clock.advance(50_000)
    coordinator.addPartitions(open, [place])
    await clock.advance(50_001)
    init(undefined, 1_000, 'third')
    expect(Array.from(coordinator.all(), ({ id }) => id)).toEqual(['open', 'third'])
  })
})

describe('a producer that goes on after an error (KIP-360)', () => {
  test('gets the next epoch, and the same again where it asks again', () => {
    const first = begun()
    const next = { producerId: 1, producerEpoch: 1 }
    expect(init(first)).toEqual(next)
    expect(init(first)).toEqual(next)
    expect(init(next)).toEqual({ producerId: 1, producerEpoch: 2 })
    expect(init(first)).toBe('PRODUCER_FENCED')
  })

  test('is fenced where someone else has taken the id since, whose transaction goes on', () => {
    const first = begun()
    const second = begun()
    coordinator.addPartitions(second, [place])
    expect(init(first)).toBe('PRODUCER_FENCED')
    expect(init({ producerId: 99, producerEpoch: 0 })).toBe('PRODUCER_FENCED')
    expect(state()).toBe('Ongoing')
    expect(coordinator.end(second, 'commit')).toBe('NONE')
  })

  test('begins anew where nothing of it is known any more', () => {
    expect(init({ producerId: 99, producerEpoch: 7 })).toEqual({ producerId: 1, producerEpoch: 0 })
  })
})

describe('a transaction', () => {
  test('commits: markers go to its partitions, offsets to its groups, once', () => {
    const producer = begun()
    expect(coordinator.addPartitions(producer, [place, { topic: 'u', partition: 2 }])).toBe('NONE')
    expect(coordinator.addPartitions(producer, [place])).toBe('NONE')
    expect(coordinator.addGroup(producer, 'g')).toBe('NONE')
    expect([state(), written]).toEqual(['Ongoing', []])
    expect(coordinator.end(producer, 'commit')).toBe('NONE')
    expect([state(), written]).toEqual(['CompleteCommit', ['commit t-0 1/0', 'commit u-2 1/0', 'commit group g 1']])
    expect(clock.pendingTimers).toBe(0)
  })

  test('that is over may be ended the same way again, and not the other way', () => {
    const producer = begun()
    coordinator.addPartitions(producer, [place])
    expect([1, 2].map(() => coordinator.end(producer, 'abort'))).toEqual(['NONE', 'NONE'])
    expect(coordinator.end(producer, 'commit')).toBe('INVALID_TXN_STATE')
    expect(written).toEqual(['abort t-0 1/0'])
    coordinator.addPartitions(producer, [place])
    expect(coordinator.end(producer, 'commit')).toBe('NONE')
    expect(coordinator.end(producer, 'abort')).toBe('INVALID_TXN_STATE')
  })

  test('cannot be ended before it began', () => {
    const producer = begun()
    expect(coordinator.end(producer, 'commit')).toBe('INVALID_TXN_STATE')
    expect(coordinator.end(producer, 'abort')).toBe('INVALID_TXN_STATE')
  })

  test('is for the one producer that has the id now', () => {
    const old = begun()
    const producer = begun()
    const calls = (who: TransactionalProducer) => [
      coordinator.addPartitions(who, [place]),
      coordinator.addGroup(who, 'g'),
      coordinator.end(who, 'commit'),
    ]
    expect(new Set(calls(old))).toEqual(new Set(['PRODUCER_FENCED']))
    expect(new Set(calls({ ...producer, producerId: 9 }))).toEqual(new Set(['INVALID_PRODUCER_ID_MAPPING']))
    expect(new Set(calls({ ...producer, transactionalId: 'x' }))).toEqual(new Set(['INVALID_PRODUCER_ID_MAPPING']))
    expect(new Set(calls({ ...producer, transactionalId: '' }))).toEqual(new Set(['INVALID_REQUEST']))
    expect(state()).toBe('Empty')
    expect(calls(producer)).toEqual(['NONE', 'NONE', 'NONE'])
  })

  test('that is open when someone takes the id is aborted in an epoch between the two', () => {
    const producer = begun()
    coordinator.addPartitions(producer, [place])
    expect(init()).toEqual({ producerId: 1, producerEpoch: 2 })
    expect(written).toEqual(['abort t-0 1/1'])
    expect(coordinator.end(producer, 'commit')).toBe('PRODUCER_FENCED')
  })

  test('that takes too long is aborted, and its producer fenced, unless it asks to go on', async () => {
    const producer = begun(500)
    coordinator.addPartitions(producer, [place])
    await clock.advance(400)
    coordinator.addPartitions(producer, [{ topic: 't', partition: 1 }])
    await clock.advance(99)
    expect(state()).toBe('Ongoing')
    await clock.advance(1)
    expect([state(), written]).toEqual(['CompleteAbort', ['abort t-0 1/1', 'abort t-1 1/1']])
    expect(coordinator.end(producer, 'commit')).toBe('PRODUCER_FENCED')
    expect(init(producer)).toEqual({ producerId: 1, producerEpoch: 1 })
    expect(state()).toBe('Empty')
    expect(init()).toEqual({ producerId: 1, producerEpoch: 2 })
    expect(init(producer)).toBe('PRODUCER_FENCED')
  })

  test('that ended in time leaves the next one its whole time', async () => {
    const producer = begun(500)
    coordinator.addPartitions(producer, [place])
    await clock.advance(400)
    coordinator.end(producer, 'commit')
    coordinator.addPartitions(producer, [place])
    await clock.advance(499)
    expect(coordinator.end(producer, 'commit')).toBe('NONE')
  })

  test('loses a topic that is deleted, and goes on with the others', () => {
    const producer = begun()
    coordinator.addPartitions(producer, [place, { topic: 'u', partition: 0 }])
    coordinator.forgetTopic('t')
    expect(coordinator.verifyPartition(producer, place)).toBe('TRANSACTION_ABORTABLE')
    coordinator.end(producer, 'commit')
    expect(written).toEqual(['commit u-0 1/0'])
  })

  test('takes what was added, from whoever has the id, until it is over', () => {
    const old = begun()
    const producer = begun()
    coordinator.addPartitions(producer, [place])
    coordinator.addGroup(producer, 'g')
    expect(coordinator.verifyPartition(producer, place)).toBe('NONE')
    expect(coordinator.verifyPartition(producer, { topic: 't', partition: 1 })).toBe('TRANSACTION_ABORTABLE')
    expect(coordinator.verifyPartition(old, place)).toBe('INVALID_PRODUCER_EPOCH')
    expect(coordinator.verifyPartition({ ...producer, transactionalId: 'x' }, place)).toBe(
      'INVALID_PRODUCER_ID_MAPPING',
    )
    expect(coordinator.verifyGroup(producer, 'g')).toBe('NONE')
    expect(coordinator.verifyGroup(producer, 'h')).toBe('TRANSACTION_ABORTABLE')
    coordinator.end(producer, 'commit')
    expect(coordinator.verifyPartition(producer, place)).toBe('TRANSACTION_ABORTABLE')
  })
})

describe('a transaction of a producer that has another epoch in each (KIP-890)', () => {
  const next = (producer: TransactionalProducer, steps = 1): TransactionalProducer => ({
    ...producer,
    producerEpoch: producer.producerEpoch + steps,
  })

  test('begins with what is written or committed, and ends in the next epoch, which its markers have already', () => {
    const producer = begun()
    expect(coordinator.joinPartition(producer, place)).toBe('NONE')
    expect(coordinator.joinGroup(producer, 'g')).toBe('NONE')
    expect(state()).toBe('Ongoing')
    expect(coordinator.endAndBump(producer, 'commit')).toEqual({ producerId: 1, producerEpoch: 1 })
    expect([state(), written]).toEqual(['CompleteCommit', ['commit t-0 1/1', 'commit group g 1']])
    expect(coordinator.joinPartition(producer, place)).toBe('INVALID_PRODUCER_EPOCH')
    expect(coordinator.joinGroup(producer, 'g')).toBe('INVALID_PRODUCER_EPOCH')
    expect(coordinator.joinPartition(next(producer), place)).toBe('NONE')
  })

  test('may be ended the same way again, by a retry, and gets the same epoch; not the other way', () => {
    const producer = begun()
    coordinator.joinPartition(producer, place)
    const ended = [1, 2, 3].map(() => coordinator.endAndBump(producer, 'commit'))
    expect(ended).toEqual(Array.from({ length: 3 }, () => ({ producerId: 1, producerEpoch: 1 })))
    expect(written).toEqual(['commit t-0 1/1'])
    expect(coordinator.endAndBump(producer, 'abort')).toBe('INVALID_TXN_STATE')
    expect(init(producer)).toEqual({ producerId: 1, producerEpoch: 1 })
    expect(coordinator.endAndBump(producer, 'commit')).toBe('PRODUCER_FENCED')
  })

  test('can be aborted before it began, and not committed', () => {
    const producer = begun()
    expect(coordinator.endAndBump(producer, 'commit')).toBe('INVALID_TXN_STATE')
    expect(coordinator.endAndBump(producer, 'abort')).toEqual({ producerId: 1, producerEpoch: 1 })
    expect(coordinator.endAndBump(next(producer), 'abort')).toEqual({ producerId: 1, producerEpoch: 2 })
    expect(coordinator.endAndBump(next(producer), 'abort')).toEqual({ producerId: 1, producerEpoch: 2 })
    expect(coordinator.endAndBump(next(producer, 2), 'commit')).toBe('INVALID_TXN_STATE')
    expect([state(), written]).toEqual(['CompleteAbort', []])
  })

  test('that took too long may be aborted by its producer, which learns its next epoch; a commit is refused', async () => {
    const producer = begun(500)
    coordinator.joinPartition(producer, place)
    await clock.advance(500)
    expect(written).toEqual(['abort t-0 1/1'])
    expect(coordinator.endAndBump(producer, 'commit')).toBe('INVALID_TXN_STATE')
    expect(coordinator.endAndBump(producer, 'abort')).toEqual({ producerId: 1, producerEpoch: 1 })
    expect(written).toHaveLength(1)
  })

  test('is for the one producer that has the id now', () => {
    const old = begun()
    const producer = begun()
    coordinator.joinPartition(producer, place)
    expect(coordinator.endAndBump(old, 'commit')).toBe('PRODUCER_FENCED')
    expect(coordinator.endAndBump({ ...producer, producerId: 9 }, 'commit')).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(coordinator.endAndBump({ ...producer, transactionalId: 'x' }, 'commit')).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(coordinator.endAndBump({ ...producer, transactionalId: '' }, 'commit')).toBe('INVALID_REQUEST')
    expect(coordinator.joinPartition({ ...producer, producerId: 9 }, place)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect([state(), written]).toEqual(['Ongoing', []])
  })

  test('goes on with another producer id after the last epoch, also where its answer was lost', () => {
    let last = begun()
    while (last.producerEpoch < 0x7ffe) last = begun()
    coordinator.joinPartition(last, place)
    const another = { producerId: 2, producerEpoch: 0 }
    expect([1, 2].map(() => coordinator.endAndBump(last, 'commit'))).toEqual([another, another])
    expect(written).toEqual(['commit t-0 1/32767'])
    expect(coordinator.joinPartition({ ...last, ...another }, place)).toBe('NONE')
  })
})

test('a coordinator that closes leaves no timer behind', () => {
  coordinator.addPartitions(begun(), [place])
  expect(clock.pendingTimers).toBe(1)
  coordinator.close()
  expect(clock.pendingTimers).toBe(0)
})
