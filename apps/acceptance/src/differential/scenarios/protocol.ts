import { apiVersionsApi, encodeRequest, metadataApi, produceApi } from '@partita/wire'
import type { Scenario } from '../world.ts'

function frame(...body: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + body.length)
  new DataView(bytes.buffer).setInt32(0, body.length)
  bytes.set(body, 4)
  return bytes
}

/** Requests that are none, or of another time. */
export const protocol: Scenario = async (world) => {
  const origin = { correlationId: 1, clientId: 'x' }
  const sound = encodeRequest(metadataApi, 9, origin, { topics: [] })
  const longer = new Uint8Array([...sound, 1, 2, 3])
  new DataView(longer.buffer).setInt32(0, longer.length - 4)
  const shorter = sound.slice(0, -1)
  new DataView(shorter.buffer).setInt32(0, shorter.length - 4)
  const versioned = (bytes: Uint8Array, key: number, version: number): Uint8Array => {
    const copy = bytes.slice()
    new DataView(copy.buffer).setInt16(4, key)
    new DataView(copy.buffer).setInt16(6, version)
    return copy
  }
  await world.raw('a sound request', sound)
  await world.raw('a request with bytes behind it', longer)
  await world.raw('a request that is cut', shorter)
  for (const version of [-1, 99]) await world.raw(`Metadata v${version}`, versioned(sound, 3, version))
  for (const key of [-1, 200, 4, 7]) await world.raw(`the API with key ${key}`, versioned(sound, key, 0))
  await world.raw('no head', frame(0, 3))
  await world.raw('nothing', frame())
  await world.raw('a negative length', new Uint8Array([0xff, 0xff, 0xff, 0xff]))
  await world.raw('HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))
  await world.raw('a client id that is cut', frame(0, 3, 0, 1, 0, 0, 0, 1, 0, 50, 65))
  for (const version of [0, 1, 2])
    await world.raw(
      `Produce v${version}`,
      versioned(encodeRequest(produceApi, 3, origin, { acks: 1, timeoutMs: 1, topicData: [] }), 0, version),
    )
  const versions = encodeRequest(apiVersionsApi, 3, origin, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })
  for (const version of [5, 99, -1]) await world.raw(`ApiVersions v${version}`, versioned(versions, 18, version))
  for (const clientSoftwareName of ['', 'a b', '-x', 'x'.repeat(300)]) {
    await world.ask(
      `of software ${clientSoftwareName.slice(0, 9)}`,
      apiVersionsApi,
      { clientSoftwareName, clientSoftwareVersion: '1' },
      [3, 3],
    )
  }
}
