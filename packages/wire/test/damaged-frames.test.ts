import type { Api } from '@partita/wire'
import { apis, decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '@partita/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf, failureOrNone } from './failure-of.ts'
import { bodies } from './made-up-bodies.ts'

interface Sample {
  readonly name: string
  readonly frame: Uint8Array
  readonly decode: (frame: Uint8Array) => unknown
}

/** A frame of each part of each API, in its lowest, its first flexible and its highest version. */
function samples(): Sample[] {
  return apis.flatMap((api: Api) => {
    const [min, max] = api.versions
    const versions = new Set([min, Math.min(max, Math.max(min, api.flexibleFrom ?? min)), max])
    return [...versions].flatMap((version) => [request(api, version), response(api, version)])
  })
}

function request(api: Api, version: number): Sample {
  const body = madeUp(api, 'request', version)
  const frame = encodeRequest(api, version, { correlationId: 1, clientId: 'c' }, body as never)
  return { name: `${api.name} v${version} request`, frame: frame.slice(4), decode: decodeRequest }
}

function response(api: Api, version: number): Sample {
  const frame = encodeResponse(api, version, 1, madeUp(api, 'response', version) as never)
  const decode = (bytes: Uint8Array) => decodeResponse(api, version, bytes)
  return { name: `${api.name} v${version} response`, frame: frame.slice(4), decode }
}

/** The longest of some bodies that still has a frame of moderate length. */
function madeUp(api: Api, part: 'request' | 'response', version: number): unknown {
  const drawn = fc.sample(bodies(api, part, version), { numRuns: 8, seed: 5 })
  const sized = drawn.map((body) => ({ body, size: JSON.stringify(body).length }))
  const moderate = sized.filter(({ size }) => size < 1500).toSorted((a, b) => b.size - a.size)
  return (moderate[0] ?? sized[0]!).body
}

const all = samples()

describe('a frame that is cut anywhere, or an answer that is too long, is MALFORMED', () => {
  test.each(all)('$name', ({ name, frame, decode }) => {
    for (let end = 0; end < frame.length; end++) {
      expect(failureOf(() => decode(frame.subarray(0, end))).code).toBe('MALFORMED')
    }
    const longer = new Uint8Array([...frame, 0])
    if (name.endsWith('request')) expect(decode(longer)).toEqual(decode(frame))
    else expect(failureOf(() => decode(longer)).code).toBe('MALFORMED')
  })
})

test('flipped bits give another message or a PartitaError, and soon', () => {
  for (const { frame, decode } of all) {
    for (let at = 0; at < frame.length; at += 1 + (frame.length >> 5)) {
      const damaged = frame.slice()
      damaged[at]! ^= 1 << (at & 7)
      failureOrNone(() => decode(damaged))
    }
  }
})

test('nonsense lengths anywhere allocate nothing that is not there', () => {
  const nonsense = [
    [0x7f, 0xff, 0xff, 0xff], // the greatest int32, as a count and as a length
    [0x80, 0x00, 0x00, 0x00], // the least
    [0xff, 0xff, 0xff, 0xff, 0x0f], // the greatest varint
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // no varint at all
  ]
  const before = process.memoryUsage().heapUsed
  let failures = 0
  for (const { frame, decode } of all) {
    for (const bytes of nonsense) {
      for (let at = 8; at < frame.length; at += 1 + (frame.length >> 5)) {
        const damaged = frame.slice()
        damaged.set(bytes.slice(0, frame.length - at), at)
        if (failureOrNone(() => decode(damaged)) !== undefined) failures++
      }
    }
  }
  expect(failures).toBeGreaterThan(1000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300_000_000)
})

test('bytes that are no frame at all give a PartitaError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 70 }), fc.nat({ max: 17 }), (tail, key, version) => {
      failureOrNone(() => decodeRequest(tail))
      failureOrNone(() => decodeRequest(Uint8Array.from([0, key, 0, version, 0, 0, 0, 1, 255, 255, ...tail])))
    }),
    { numRuns: 500, seed: 6 },
  )
})
