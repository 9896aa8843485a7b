import { adminTransportCases, consumerTransportCases, producerTransportCases } from '@partita/testing'
import { describe, expect, it } from 'vitest'
import { findChromium, openPage } from './browser/chromium.ts'
import { servePage } from './browser/page-server.ts'

// The broker's core, the native transport, producer and consumer in a page of a real browser, from what is published.

interface Report {
  readonly error?: string
  readonly host: { readonly node: boolean; readonly agent: string }
  readonly orders: Readonly<Record<'stored' | 'handled' | 'keys' | 'committed', number>> & { readonly inOrder: boolean }
  readonly compression: string
  readonly compliance: readonly { readonly name: string; readonly outcome: string }[]
}

const noGzip = 'Compression with gzip is not to be had here'
const chromium = findChromium()
const title =
  chromium === undefined ? 'in a browser (left out: there is no Chromium on the PATH or in CHROMIUM)' : 'in a browser'

describe.skipIf(chromium === undefined)(title, () => {
  it('records go from a producer through the broker to handlers in order, and the compliance cases pass', async () => {
    await using server = await servePage()
    await using _page = await openPage(chromium!, server.url)
    const report = JSON.parse(await server.report) as Report
    expect(report.error).toBeUndefined()
    expect(report.host).toMatchObject({ node: false, agent: expect.stringContaining('Chrome') })
    expect(report.orders).toEqual({ stored: 600, handled: 600, keys: 20, committed: 600, inOrder: true })
    expect(report.compression).toContain(noGzip)
    const cases = [...producerTransportCases, ...consumerTransportCases, ...adminTransportCases]
    expect(report.compliance).toHaveLength(cases.length)
    // The codecs are Node's, or packages; a page has none.
    expect(report.compliance.filter(({ outcome }) => outcome !== 'passed')).toEqual([
      {
        name: 'a batch that is compressed with gzip comes back record for record',
        outcome: expect.stringContaining(noGzip),
      },
    ])
  })
})
