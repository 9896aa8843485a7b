import { describe, expect, it } from 'vitest'
import { createConsumer, type ConsumerOptions } from '@partita/consumer'
import { createScriptedConsumerTransport, createVirtualClock } from '@partita/testing'

function make(options: Partial<ConsumerOptions>): () => unknown {
  const transport = createScriptedConsumerTransport({ clock: createVirtualClock() })
  const group = { groupId: 'billing', topics: ['orders'] }
  return () => createConsumer({ transport, ...group, handler: () => {}, ...options } as ConsumerOptions)
}

describe('createConsumer', () => {
  const wrong: [string, Partial<ConsumerOptions>][] = [
    ['groupId', { groupId: '' }],
    ['topics', { topics: [] }],
    ['topics', { topics: 'orders' as never }],
    ['handler', { handler: undefined as never }],
    ['ordering', { ordering: 'keys' as never }],
    ['maxConcurrency', { maxConcurrency: 0 }],
    ['onExhausted', { onExhausted: 'ignore' as never }],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
    ['retry.backoffMaxMs', { retry: { backoffMs: 100, backoffMaxMs: 99 } }],
    ['autoOffsetReset', { autoOffsetReset: 'newest' as never }],
    ['isolationLevel', { isolationLevel: 'serializable' as never }],
    ['heartbeatIntervalMs', { heartbeatIntervalMs: 45_000 }],
    ['maxBufferedBytes', { maxBufferedBytes: 1.5 }],
    ['offsetMetadataMaxBytes', { offsetMetadataMaxBytes: 10 }],
    ['groupInstanceId', { groupInstanceId: '' }],
    ['topics', { partitions: [{ topic: 'orders', partition: 0 }] }],
    ['partitions', { topics: undefined, partitions: [] }],
    ['groupId', { topics: undefined, partitions: [{ topic: 'orders', partition: 0 }], groupId: '' }],
  ]

  it.each(wrong)('refuses a wrong %s and names it', (name, options) => {
    expect(make(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(name) }),
    )
  })

  it('refuses what is not a topic name', () => {
    expect(make({ topics: ['my topic'] })).toThrow(expect.objectContaining({ code: 'INVALID_TOPIC_EXCEPTION' }))
  })
})
