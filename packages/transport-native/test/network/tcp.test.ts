import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, Server as TlsServer, type ConnectionOptions } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createVirtualClock } from '@partita/testing'
import type { ByteStream, Endpoint } from '../../src/network/connector.ts'
import { connectionOpener, type OpenConnection } from '../../src/network/open-connection.ts'
import { tcpConnector } from '../../src/network/tcp-connector.ts'
import { certificate, privateKey } from './certificate.ts'
import { failure } from './failure.ts'

let servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = []

afterEach(async () => {
  for (const { server, sockets } of servers) {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  servers = []
})

async function listen(server: Server, serve: (socket: Socket) => void = () => undefined): Promise<Endpoint> {
  const sockets = new Set<Socket>()
  servers.push({ server, sockets })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

function tlsServer(): Server {
  return createTlsServer({ key: privateKey, cert: certificate }).on('tlsClientError', () => undefined)
}

/** Collects what comes, until there are so many bytes. */
function collect(stream: ByteStream, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.listen({
      onData(bytes) {
        text += new TextDecoder().decode(bytes)
        if (text.length >= length) resolve(text)
      },
      onDrain: () => undefined,
      onClose: (reason) => reject(reason ?? new Error('closed')),
    })
  })
}

const pieces = ['a', 'bc', 'def'].map((text) => new TextEncoder().encode(text))
const never = new AbortController().signal

function opener(tls?: ConnectionOptions): OpenConnection {
  return connectionOpener({
    connector: tcpConnector(tls),
    clientId: 'test',
    clock: createVirtualClock(),
    sasl: undefined,
    requestTimeoutMs: 1_000,
    socketConnectionSetupTimeoutMs: 1_000,
    connectionsMaxIdleMs: 1_000,
  })
}

/** Gives space for every other chunk, which is to be read there; what is read elsewhere has to stay as it is. */
async function expectReadIntoSpace(stream: ByteStream, sent: Uint8Array): Promise<void> {
  const chunks: { readonly bytes: Uint8Array; readonly space: Uint8Array | null }[] = []
  let given: Uint8Array | null = null
  await new Promise<void>((resolve) => {
    stream.listen({
      onData: (bytes) => void chunks.push({ bytes, space: given }),
      space: () => (given = chunks.length % 2 === 0 ? null : new Uint8Array(1_000)),
      onDrain: () => undefined,
      onClose: () => resolve(),
    })
  })
  expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(sent)).toBe(true)
  expect(chunks.length).toBeGreaterThan(2)
  for (const { bytes, space } of chunks) {
    if (space === null) expect(bytes.buffer.byteLength).toBe(bytes.length)
    else expect([bytes.buffer === space.buffer, bytes.length <= 1_000]).toEqual([true, true])
  }
}

describe('TCP', () => {
  it('carries pieces that are written together, and brings what comes back', async () => {
    const endpoint = await listen(createServer(), (socket) => socket.pipe(socket))
    const stream = await tcpConnector().connect(endpoint, never)
    const echo = collect(stream, 7)
    stream.write(pieces)
    stream.write(pieces.slice(0, 1))
    expect(await echo).toBe('abcdefa')
    stream.destroy()
  })

  it('reads into the space that the listener has, and into its own memory otherwise', async () => {
    const sent = new Uint8Array(300_000).map((_, at) => at * 7)
    const endpoint = await listen(createServer(), (socket) => socket.end(sent))
    await expectReadIntoSpace(await tcpConnector().connect(endpoint, never), sent)
  })

  it('still sends what was written when it is closed', async () => {
    let received = 0
    let ended = (): void => undefined
    const all = new Promise<void>((resolve) => (ended = resolve))
    const endpoint = await listen(createServer(), (socket) => {
      socket.on('data', (chunk) => (received += chunk.length)).on('end', () => ended())
    })
    const stream = await tcpConnector().connect(endpoint, never)
    stream.listen({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined })
    // Until the host's own buffers are full, and ours begin to fill.
    let written = 1
    while (stream.write([new Uint8Array(1_000_000)])) written += 1
    stream.close()
    await all
    expect(received).toBe(written * 1_000_000)
  })

  it('tells when the other end closes', async () => {
    const endpoint = await listen(createServer(), (socket) => socket.end('bye'))
    const stream = await tcpConnector().connect(endpoint, never)
    await expect(collect(stream, 4)).rejects.toThrow('closed')
  })

  it('refused is a failure that may pass', async () => {
    const endpoint = await listen(createServer())
    const { server } = servers[0]!
    await new Promise((resolve) => server.close(resolve))
    servers = []
    const error = await failure(opener()(endpoint, never))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true, ambiguous: false })
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/)
  })

  it('gives up by its signal', async () => {
    const endpoint = await listen(createServer())
    const giveUp = new AbortController()
    const connecting = tcpConnector().connect(endpoint, giveUp.signal)
    giveUp.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    await expect(tcpConnector().connect(endpoint, giveUp.signal)).rejects.toThrow('enough')
  })
})

describe('TLS', () => {
  const trusting = { ca: certificate, servername: 'broker.test' }

  it('carries bytes where the certificate is trusted and for this broker', async () => {
    const endpoint = await listen(tlsServer(), (socket) => socket.pipe(socket))
    const stream = await tcpConnector(trusting).connect(endpoint, never)
    const echo = collect(stream, 6)
    stream.write(pieces)
    expect(await echo).toBe('abcdef')
    stream.destroy()
  })

  it('reads into the space that the listener has too', async () => {
    const sent = new Uint8Array(300_000).map((_, at) => at * 7)
    const endpoint = await listen(tlsServer(), (socket) => socket.end(sent))
    await expectReadIntoSpace(await tcpConnector(trusting).connect(endpoint, never), sent)
  })

  it.each([
    ['that nobody trusts', {}, /self-signed certificate.*ssl\.ca/],
    ['for another name', { ca: certificate, servername: 'other.test' }, /altnames.*ssl\.servername/],
  ])('refuses a certificate %s, for good', async (_, tls, reason) => {
    const endpoint = await listen(tlsServer())
    const error = await failure(opener(tls)(endpoint, never))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false, ambiguous: false })
    expect(error.message).toMatch(reason)
  })

  it('refuses a broker that does not speak it', async () => {
    const endpoint = await listen(createServer(), (socket) => socket.end('what do you mean?'))
    const error = await failure(opener(trusting)(endpoint, never))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false })
  })
})
