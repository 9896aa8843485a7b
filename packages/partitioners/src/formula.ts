import { crc32, crc32CutToCharacterCount, crc32OfLowBytes } from './hashes/crc32.ts'
import { fnv1a } from './hashes/fnv1a.ts'
import { eventHubsHash, phash2 } from './hashes/jenkins.ts'
import { kafkajsLegacyMurmur2 } from './hashes/kafkajs-legacy-murmur2.ts'
import { md5ByteSum } from './hashes/md5.ts'
import { arraysHashCode, kafkaNodeHash, stringHashCode } from './hashes/multiplier31.ts'
import { murmur2 } from './hashes/murmur2.ts'
import { sha1Modulo } from './hashes/sha1.ts'
import { xxhash32 } from './hashes/xxhash32.ts'
import { abs, absOrZero, asIs, mask, type Reduction } from './reductions.ts'
import { decodeUtf8 } from './utf8.ts'

/** A pure function from key bytes and a number of partitions to a partition. */
export interface Formula {
  /** One of {@link FormulaName}, or the name of your own. */
  readonly name: string
  /** To show: `(murmur2(key) & 0x7fffffff) % n`. */
  readonly text: string
  /** The letter under which the README compares the formulas of one hash; `undefined` for one that stands alone. */
  readonly class: FormulaClass | undefined
  /**
   * A whole number from 0 with `partition = value % n` for every n, from the first `length` bytes. `undefined` where
   * there is none that a `number` can hold.
   */
  readonly value: ((bytes: Uint8Array, length: number) => number) | undefined
  /** The partition, 0 to `count - 1`. */
  readonly partition: (bytes: Uint8Array, length: number, count: number) => number
}

export type FormulaClass = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G'

export type FormulaName =
  | 'murmur2-mask'
  | 'crc32-unsigned'
  | 'fnv1a-abs'
  | 'fnv1a-mask'
  | 'murmur2-unsigned'
  | 'kafkajs-legacy-mask'
  | 'fnv1a-unsigned'
  | 'arrays-hashcode-abs0'
  | 'string-hashcode-abs0'
  | 'string-hashcode-abs'
  | 'kafka-node-31'
  | 'crc32-low-bytes-abs'
  | 'crc32-cut-unsigned'
  | 'phash2'
  | 'md5-byte-sum'
  | 'sha1-modulo'
  | 'xxhash32-unsigned'
  | 'event-hubs-abs'
  | 'zero'

type Hash = (bytes: Uint8Array, length: number) => number

function hashed(name: FormulaName, text: string, hash: Hash, reduce: Reduction, letter?: FormulaClass): Formula {
  return {
    name,
    text,
    class: letter,
    value: (bytes, length) => reduce(hash(bytes, length)),
    // `>>> 0` changes nothing but lets the engine divide integers, which is several times quicker than doubles.
    partition: (bytes, length, count) => (reduce(hash(bytes, length)) >>> 0) % (count >>> 0),
  }
}

/** The hash of a key's text, not its bytes. */
function ofText(hash: (text: string) => number): Hash {
  return (bytes, length) => hash(decodeUtf8(bytes, length))
}

/** Every formula that a client in use applies to keys, by name. */
export const formulas: { readonly [name in FormulaName]: Formula } = {
  'murmur2-mask': hashed('murmur2-mask', '(murmur2(key) & 0x7fffffff) % n', murmur2, mask, 'A'),
  'crc32-unsigned': hashed('crc32-unsigned', 'uint32(crc32(key)) % n', crc32, asIs, 'B'),
  'fnv1a-abs': hashed('fnv1a-abs', '|int32(fnv1a(key))| % n', fnv1a, abs, 'C'),
  'fnv1a-mask': hashed('fnv1a-mask', '(fnv1a(key) & 0x7fffffff) % n', fnv1a, mask, 'D'),
  'murmur2-unsigned': hashed('murmur2-unsigned', 'uint32(murmur2(key)) % n', murmur2, asIs, 'E'),
  'kafkajs-legacy-mask': hashed(
    'kafkajs-legacy-mask',
    '(murmur2 in doubles(key) & 0x7fffffff) % n',
    kafkajsLegacyMurmur2,
    mask,
    'F',
  ),
  'fnv1a-unsigned': hashed('fnv1a-unsigned', 'uint32(fnv1a(key)) % n', fnv1a, asIs, 'G'),
  'arrays-hashcode-abs0': hashed('arrays-hashcode-abs0', 'abs0(Arrays.hashCode(key)) % n', arraysHashCode, absOrZero),
  'string-hashcode-abs0': hashed(
    'string-hashcode-abs0',
    'abs0(String.hashCode(text)) % n',
    ofText(stringHashCode),
    absOrZero,
  ),
  'string-hashcode-abs': hashed('string-hashcode-abs', '|String.hashCode(text)| % n', ofText(stringHashCode), abs),
  'kafka-node-31': hashed(
    'kafka-node-31',
    '(String.hashCode(text) & 0x7fffffff, 0 becomes 1) % n',
    ofText(kafkaNodeHash),
    asIs,
  ),
  'crc32-low-bytes-abs': hashed(
    'crc32-low-bytes-abs',
    '|int32(crc32(low byte of each UTF-16 unit))| % n',
    ofText(crc32OfLowBytes),
    abs,
  ),
  'crc32-cut-unsigned': hashed(
    'crc32-cut-unsigned',
    'uint32(crc32(as many bytes as the text has characters)) % n',
    crc32CutToCharacterCount,
    asIs,
  ),
  phash2: hashed('phash2', 'phash2(key) % n', phash2, asIs),
  'md5-byte-sum': hashed('md5-byte-sum', 'sum of the bytes of md5(key) % n', md5ByteSum, asIs),
  'sha1-modulo': {
    name: 'sha1-modulo',
    text: 'sha1(key) as a 160-bit number % n',
    class: undefined,
    value: undefined,
    partition: sha1Modulo,
  },
  'xxhash32-unsigned': hashed('xxhash32-unsigned', 'uint32(xxhash32(key)) % n', xxhash32, asIs),
  'event-hubs-abs': hashed('event-hubs-abs', '|int16(lookup3.b ^ lookup3.c)| % n', eventHubsHash, abs),
  zero: hashed('zero', '0', () => 0, asIs),
}
