import { describe, expect, it } from 'vitest'
import { formulas, partition, partitionerFor, partitionerName, type FormulaName } from '../src/index.ts'
import { listPartitioners } from '../src/index.ts'
import { crc32, crc32CutToCharacterCount, crc32OfLowBytes } from '../src/hashes/crc32.ts'
import { fnv1a } from '../src/hashes/fnv1a.ts'
import { eventHubsHash, phash2 } from '../src/hashes/jenkins.ts'
import { kafkajsLegacyMurmur2 } from '../src/hashes/kafkajs-legacy-murmur2.ts'
import { md5ByteSum } from '../src/hashes/md5.ts'
import { arraysHashCode, kafkaNodeHash, stringHashCode } from '../src/hashes/multiplier31.ts'
import { murmur2 } from '../src/hashes/murmur2.ts'
import { xxhash32 } from '../src/hashes/xxhash32.ts'
import { formsOf, partitionsOf, vectors } from './vectors.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const rawHashes: Partial<Record<FormulaName, (bytes: Uint8Array) => number>> = {
  'murmur2-mask': murmur2,
  'murmur2-unsigned': murmur2,
  'crc32-unsigned': crc32,
  'fnv1a-abs': fnv1a,
  'fnv1a-mask': fnv1a,
  'fnv1a-unsigned': fnv1a,
  'kafkajs-legacy-mask': kafkajsLegacyMurmur2,
  'arrays-hashcode-abs0': arraysHashCode,
  'string-hashcode-abs0': (bytes) => stringHashCode(text(bytes)),
  'kafka-node-31': (bytes) => kafkaNodeHash(text(bytes)),
  'crc32-low-bytes-abs': (bytes) => crc32OfLowBytes(text(bytes)),
  'crc32-cut-unsigned': crc32CutToCharacterCount,
  phash2,
  'md5-byte-sum': md5ByteSum,
  'xxhash32-unsigned': xxhash32,
  'event-hubs-abs': eventHubsHash,
}

/** In two columns of the file the hash is already without its sign. */
const absoluteColumns = new Set(['librdkafka-fnv1a', 'no-kafka-crc32-string'])

const rules: Record<string, string[]> = {
  sticky: ['sticky-by-bytes', 'sticky-by-batch'],
  random: ['random'],
  'round-robin': ['round-robin'],
  throws: ['error'],
}

const described = new Map(listPartitioners().map((row) => [row.name as string, row]))

describe.each(Object.keys(vectors.source.algorithms))('%s', (algorithm) => {
  const name = partitionerName(algorithm)
  const row = described.get(algorithm)!

  it('gives every key of the vectors its partition, as bytes and as text, through the port and as a function', () => {
    const partitioner = partitionerFor(name)
    let checked = 0
    for (const vector of vectors.cases) {
      const outcome = vector.algorithms[algorithm]
      for (const key of outcome?.partitions ? formsOf(vector) : []) {
        for (const [count, expected] of Object.entries(outcome!.partitions!)) {
          const got = [
            partitioner.forTopic('t').partition(key, partitionsOf(Number(count))),
            partition(key, Number(count), name),
          ]
          expect(got, `${vector.keyHex} of ${count}`).toEqual([expected, expected])
          checked++
        }
      }
    }
    expect(checked).toBeGreaterThan(66 * 7)
  })

  it('hashes every key of the vectors as it was published', () => {
    const hash = rawHashes[row.formulaName!]
    for (const vector of vectors.cases) {
      const expected = vector.algorithms[algorithm]?.hash
      const [bytes] = formsOf(vector)
      if (expected === undefined || bytes === undefined) continue
      const raw = hash!(bytes as Uint8Array)
      expect(absoluteColumns.has(algorithm) ? Math.abs(raw | 0) : raw, vector.keyHex!).toBe(expected)
    }
    // Where no hash is published (pykafka: 160 bits), the partitions above are the proof.
    expect(hash === undefined).toBe(algorithm === 'pykafka-hashing-sha1')
  })

  it('treats a record without key as the client does', () => {
    const outcome = vectors.cases.find(({ keyHex }) => keyHex === null)!.algorithms[algorithm]
    if (outcome === undefined) return expect(['hash-of-undefined', 'sticky-by-time']).toContain(row.nullKey)
    if (outcome.partitions === null) return expect(rules[outcome.behaviour!]).toContain(row.nullKey)
    for (const [count, expected] of Object.entries(outcome.partitions)) {
      expect(partition(null, Number(count), name)).toBe(expected)
      expect(
        partitionerFor(name)
          .forTopic('t')
          .partition(null, partitionsOf(Number(count))),
      ).toBe(expected)
    }
  })

  it('knows whether the key decides, the empty one too', () => {
    const empty = vectors.cases.find(({ keyHex }) => keyHex === '')!.algorithms[algorithm]!
    expect(row.deterministic).toBe(empty.partitions !== null)
    expect(partitionerFor(name).deterministic).toBe(row.deterministic)
    expect(partition('', 12, name)).toBe(empty.partitions?.['12'])
  })
})

describe('the formulas', () => {
  it('are the same for all implementations that were found to agree', () => {
    for (const [, names] of Object.entries(vectors.source.equivalenceClasses)) {
      expect(new Set(names.map((name) => described.get(name)!.formulaName)).size).toBe(1)
    }
  })

  it('keep their class letter', () => {
    const letters = Object.values(formulas).flatMap((formula) => formula.class ?? [])
    expect(letters.sort().join('')).toBe('ABCDEFG')
  })
})

describe('what upstream suites publish', () => {
  it.each(vectors.upstreamPublished)('$suite', ({ algorithm, hashI32, hashU32, n, partitions }) => {
    const hash = rawHashes[described.get(algorithm)!.formulaName!]!
    for (const [key, expected] of Object.entries(hashI32 ?? {})) expect(hash(Buffer.from(key)) | 0, key).toBe(expected)
    for (const [key, expected] of Object.entries(hashU32 ?? {})) {
      const raw = hash(Buffer.from(key))
      expect(absoluteColumns.has(algorithm) ? Math.abs(raw | 0) : raw, key).toBe(expected)
    }
    for (const [key, expected] of Object.entries(partitions ?? {})) {
      expect(partition(key, n!, partitionerName(algorithm)), key).toBe(expected)
    }
    expect(hashI32 ?? hashU32 ?? partitions).toBeDefined()
  })
})

describe('what users reported', () => {
  it.each(vectors.incidents)('$ref: $key of $n', ({ key, n, partitions }) => {
    for (const [algorithm, expected] of Object.entries(partitions)) {
      expect(partition(key, n, partitionerName(algorithm)), algorithm).toBe(expected)
    }
  })

  it('rdkafka-ruby cuts a partition_key to as many bytes as it has characters (rdkafka-ruby#629)', () => {
    const moved = { ключ: [6, 0], '🔑': [2, 5], キー: [3, 4], 'naïve café': [9, 8] }
    for (const [key, [whole, cut]] of Object.entries(moved)) {
      expect(partition(key, 12, 'ruby-kafka-crc32')).toBe(whole)
      expect(partition(key, 12, 'rdkafka-ruby/partition_key')).toBe(cut)
    }
    expect(partition('ascii', 12, 'rdkafka-ruby/partition_key')).toBe(partition('ascii', 12, 'librdkafka'))
  })

  it('Maxwell and Spring differ for the one text whose hashCode is -2^31', () => {
    const key = 'polygenelubricants'
    expect(stringHashCode(key)).toBe(0x80000000)
    expect(partition(key, 10, 'spring-cloud-stream')).toBe(0)
    expect(partition(key, 10, 'maxwell')).toBe(8)
  })

  it('brod hashes the atom undefined where there is no key: 45914356 in OTP 25', () => {
    expect(partition(null, 1000, 'brod')).toBe(356)
  })
})
