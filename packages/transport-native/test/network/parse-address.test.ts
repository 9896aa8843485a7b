import { describe, expect, it } from 'vitest'
import { addressOf } from '../../src/network/connector.ts'
import { parseAddress } from '../../src/network/parse-address.ts'

describe('a broker address', () => {
  it.each([
    ['kafka-1.example.com:9092', 'kafka-1.example.com', 9092],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]:65535', '::1', 65_535],
    ['[fe80::1%eth0]:9092', 'fe80::1%eth0', 9092],
    ['my_host:9092', 'my_host', 9092],
  ])('%s is read, and written the same', (address, host, port) => {
    expect(parseAddress('brokers', address)).toEqual({ host, port })
    expect(addressOf({ host, port })).toBe(address)
  })

  it.each([
    'kafka',
    'kafka:',
    ':9092',
    'kafka:0',
    'kafka:65536',
    '::1:9092',
    'kafka://a:9092',
    'a b:9092',
    '',
    'a:1:2',
  ])('%j is refused', (address) => {
    expect(() => parseAddress('brokers', address)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('brokers has') }) as Error,
    )
  })

  it('that is no string is refused', () => {
    expect(() => parseAddress('brokers', 9092 as never)).toThrow(/brokers has 9092/)
  })
})
