import type { Api, ResponseInput } from '@partita/wire'
import { encodeResponse } from '@partita/wire'
import { expect, test } from 'vitest'
import { kafkajsReads, protocolOf } from './kafkajs-oracle.ts'
import { range } from './made-up-bodies.ts'

export interface Row {
  readonly name: string
  readonly folder: string
  readonly version: number
  readonly frame: () => Uint8Array
  readonly read: unknown
}

/** The versions of an API that kafkajs reads, a body of ours, and what kafkajs must find in it. */
export function rows<A extends Api>(
  folder: string,
  api: A,
  versions: readonly [number, number],
  body: ResponseInput<A>,
  read: (version: number) => unknown,
): Row[] {
  return range(versions).map((version) => ({
    name: `${api.name} v${version}`,
    folder,
    version,
    frame: () => encodeResponse(api, version, 9, body),
    read: read(version),
  }))
}

/** One test a row: kafkajs decodes our frame, and must find what the row says. */
export function testRows(all: readonly Row[]): void {
  test.each(all)('$name', async ({ folder, version, frame, read }) => {
    expect(await kafkajsReads(protocolOf(folder, version, {}), frame())).toMatchObject(read as object)
  })
}
