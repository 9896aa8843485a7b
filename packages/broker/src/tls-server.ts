import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { PartitaError } from '@partita/protocol'
import type { TlsOptions } from './options.ts'

export interface TlsServerSurroundings {
  /** Gets each connection once it is encrypted. */
  serve(socket: Socket): void
  warn(message: string): void
}

/** Where a client connects and says nothing, its socket is not kept for longer. Node's own bound is two minutes. */
const handshakeTimeoutMs = 30_000

/** @throws PartitaError `INVALID_OPTION` where a key or a certificate cannot be used; it never shows the key */
export function createTlsServer(tls: TlsOptions, { serve, warn }: TlsServerSurroundings): Server {
  const { key, cert, ca, passphrase, requestCert = false } = tls
  try {
    const server = process.getBuiltinModule('node:tls').createServer(
      {
        key: pem('key', key),
        cert: pem('cert', cert),
        ...(ca !== undefined && { ca: pem('ca', ca) }),
        ...(passphrase !== undefined && { passphrase }),
        // With it, who shows no certificate, or one of nobody in `ca`, is refused.
        requestCert,
        rejectUnauthorized: requestCert,
        handshakeTimeout: handshakeTimeoutMs,
        noDelay: true,
      },
      serve,
    )
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      const { remoteAddress: address, remotePort: port } = socket
      // Where the client was quicker to close, nothing is known of it any more.
      const who = address === undefined ? 'a client' : `${address}:${port}`
      warn(`Connection of ${who} closed: it did not come to TLS: ${whyNot(error)}.`)
    })
    return server
  } catch (cause) {
    throw invalid(`the key or a certificate cannot be used: ${(cause as Error).message}`, cause)
  }
}

/** Node takes nothing at all for a key that is not there, and would serve without one. */
function pem(name: string, given: string | Uint8Array): string {
  const text = typeof given === 'string' ? given : new TextDecoder().decode(given)
  if (text.includes('-----BEGIN ')) return text
  throw new Error(`${name} is not PEM, which has a line "-----BEGIN …"`)
}

/** What is likely where Node has only OpenSSL's words for it. */
function whyNot({ code = '', message }: NodeJS.ErrnoException): string {
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH|UNSUPPORTED_PROTOCOL/.test(code))
    return `what it sent is not TLS; it has to be told to encrypt (${code})`
  if (code.includes('DID_NOT_RETURN_A_CERTIFICATE')) return 'it showed no certificate, and requestCert asks for one'
  if (code.includes('ALERT')) return `it refused: it may not trust the certificate (${code})`
  if (code === 'ECONNRESET') return 'it went away before'
  return code === '' ? message : code
}

function invalid(what: string, cause?: unknown): PartitaError {
  return new PartitaError('INVALID_OPTION', `tls: ${what}.`, { api: 'tls', cause })
}
