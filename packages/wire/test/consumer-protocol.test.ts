import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '@partita/wire'
import { isPartitaError } from '@partita/protocol'
import { describe, expect, test } from 'vitest'
import { assignerProtocol } from './kafkajs-oracle.ts'

const owned = [{ topic: 'orders', partitions: [1, 2] }]

describe('subscription', () => {
  test.each([
    [0, { ownedPartitions: [], generationId: -1, rackId: null }],
    [1, { ownedPartitions: owned, generationId: -1, rackId: null }],
    [2, { ownedPartitions: owned, generationId: 7, rackId: null }],
    [3, { ownedPartitions: owned, generationId: 7, rackId: 'r' }],
  ])('version %i carries its fields and defaults the others', (version, rest) => {
    const subscription = { topics: ['a', 'b'], userData: null, ownedPartitions: owned, generationId: 7, rackId: 'r' }
    const decoded = decodeSubscription(encodeSubscription(version, subscription))
    expect(decoded).toEqual({ version, topics: ['a', 'b'], userData: null, ...rest })
  })

  test('kafkajs and we read each other', () => {
    const theirs = assignerProtocol.MemberMetadata.encode({ version: 0, topics: ['a', 'b'] })
    expect(decodeSubscription(theirs)).toMatchObject({ version: 0, topics: ['a', 'b'], userData: new Uint8Array(0) })
    const ours = Buffer.from(encodeSubscription(1, { topics: ['a'], userData: Uint8Array.of(9) }))
    expect(assignerProtocol.MemberMetadata.decode(ours)).toEqual({ version: 1, topics: ['a'], userData: Buffer.of(9) })
  })

  test('what a later version adds at the end is left', () => {
    const later = new Uint8Array([...encodeSubscription(3, { topics: ['a'] }), 1, 2, 3])
    later[1] = 4
    expect(decodeSubscription(later)).toMatchObject({ version: 4, topics: ['a'] })
  })

  test('what is cut, too long or of no version is refused', () => {
    const bytes = encodeSubscription(3, { topics: ['a'], rackId: 'rack' })
    for (let end = 0; end < bytes.length; end++) {
      expect(thrownBy(() => decodeSubscription(bytes.subarray(0, end)))).toBe('MALFORMED')
    }
    expect(thrownBy(() => decodeSubscription(new Uint8Array([...bytes, 0])))).toBe('MALFORMED')
    expect(thrownBy(() => decodeSubscription(Uint8Array.of(0xff, 0xff, 0, 0, 0, 0)))).toBe('MALFORMED')
    expect(thrownBy(() => encodeSubscription(4, { topics: [] }))).toBe('UNSUPPORTED_VERSION')
  })
})

describe('assignment', () => {
  test.each([0, 1, 2, 3])('version %i', (version) => {
    const assignment = { assignedPartitions: owned, userData: Uint8Array.of(1) }
    expect(decodeAssignment(encodeAssignment(version, assignment))).toEqual({ version, ...assignment })
  })

  test('kafkajs and we read each other', () => {
    const theirs = assignerProtocol.MemberAssignment.encode({ version: 0, assignment: { orders: [1, 2] } })
    expect(decodeAssignment(theirs)).toMatchObject({ assignedPartitions: owned })
    const ours = Buffer.from(encodeAssignment(0, { assignedPartitions: owned }))
    expect(assignerProtocol.MemberAssignment.decode(ours)).toMatchObject({ assignment: { orders: [1, 2] } })
  })

  test('no bytes are no partitions', () => {
    expect(decodeAssignment(new Uint8Array(0))).toEqual({ version: 0, assignedPartitions: [], userData: null })
  })
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return isPartitaError(error) ? error.code : error
  }
}
