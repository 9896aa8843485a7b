import { readFileSync } from 'node:fs'

/** What one implementation made of one key. */
export interface Outcome {
  readonly hash?: number
  /** By number of partitions; `null`: not determined by the key. */
  readonly partitions: Readonly<Record<string, number>> | null
  readonly behaviour?: string
}

export interface VectorCase {
  /** `null`: no key. */
  readonly keyHex: string | null
  readonly keyUtf8?: string
  readonly algorithms: Readonly<Record<string, Outcome>>
}

interface Published {
  readonly suite: string
  readonly algorithm: string
  readonly hashI32?: Readonly<Record<string, number>>
  readonly hashU32?: Readonly<Record<string, number>>
  readonly n?: number
  readonly partitions?: Readonly<Record<string, number>>
}

interface Incident {
  readonly ref: string
  readonly key: string
  readonly n: number
  readonly partitions: Readonly<Record<string, number>>
}

interface VectorFile {
  readonly source: {
    readonly algorithms: Readonly<Record<string, { nullKey: string; emptyKey: string; isClientDefault: boolean }>>
    readonly equivalenceClasses: Readonly<Record<string, readonly string[]>>
  }
  readonly cases: readonly VectorCase[]
  readonly upstreamPublished: readonly Published[]
  readonly incidents: readonly Incident[]
}

/** What 37 implementations answered when they were run with 96 keys. */
export const vectors = JSON.parse(
  readFileSync(new URL('./data/partitioner-vectors.json', import.meta.url), 'utf8'),
) as VectorFile

/** The forms a key can be given in: its bytes and, where it is text, the text. */
export function formsOf(vector: VectorCase): readonly (Uint8Array | string)[] {
  if (vector.keyHex === null) return []
  const bytes = new Uint8Array(Buffer.from(vector.keyHex, 'hex'))
  return vector.keyUtf8 === undefined ? [bytes] : [bytes, vector.keyUtf8]
}

/** `count` partitions that all have a leader, but for those named. */
export function partitionsOf(count: number, ...withoutLeader: number[]) {
  return Array.from({ length: count }, (_, partition) => ({
    partition,
    leader: withoutLeader.includes(partition) ? -1 : 1,
  }))
}
