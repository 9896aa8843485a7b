import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** One change of one file: the state it found (`was`) and the state it left (`blob`). */
export interface FileChange {
  readonly path: string
  /** Added, modified, deleted. */
  readonly op: 'A' | 'M' | 'D'
  readonly blob: string
  readonly was: string
  readonly commit: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** What stands for "there is no such file" in `was` and `blob`. */
export const noFile = '000000000000'

/** Every file change of the kafkajs repository from 2017 to 2024, oldest first. */
export function loadHistory(): readonly FileChange[] {
  const packed = readFileSync(new URL('../../data/kafkajs-history.ndjson.gz', import.meta.url))
  const lines = gunzipSync(packed).toString('utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as FileChange)
}

/** The files at the end, each with its state: the changes applied one after another, on no cluster at all. */
export function expectedTree(changes: readonly FileChange[]): ReadonlyMap<string, string> {
  const tree = new Map<string, string>()
  for (const { path, blob } of changes) {
    if (blob === noFile) tree.delete(path)
    else tree.set(path, blob)
  }
  return tree
}
