/** What is known of a connection that did not come to TLS, or not out of it. */
export interface TlsFailure {
  /** What Node or OpenSSL say, in one line. */
  readonly text: string
  /** What would be right, as sentences that name Node's options as those of `ssl`. May be empty. */
  readonly advice: string
  /** Waiting does not help: the other end, or this one, has to be set up otherwise. */
  readonly isFinal: boolean
}

/** Causes are followed so far. */
const maxDepth = 5

const causes: readonly (readonly [code: RegExp, advice: string])[] = [
  [/ALTNAME/, 'Connect by a name that the certificate is for, or give that name as ssl.servername.'],
  [/EXPIRED|NOT_YET_VALID/, "The certificate has to be renewed, or this machine's clock is wrong."],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/, 'The broker may ask for a certificate: give it as ssl.cert and ssl.key.'],
  [/ALERT.*(CERTIFICATE|CA$)/, 'The broker does not trust the certificate in ssl.cert.'],
  [
    /WRONG_VERSION|PACKET_LENGTH|RECORD_TYPE|UNEXPECTED_MESSAGE|^EPROTO$/,
    'What listens there may not speak TLS: leave out ssl then, or use the port that does.',
  ],
  [/CERT|SELF_SIGNED|UNABLE_TO_/, 'Give the authority that signed the certificate as ssl.ca.'],
  [/^ERR_TLS|^ERR_SSL|^ERR_OSSL/, ''],
]

/**
 * Explains an error of Node's TLS, also where it is the cause of another. `undefined` where it is not about TLS, as far as
 * its `code` tells.
 */
export function explainTlsFailure(error: unknown): TlsFailure | undefined {
  let each = error as { readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown } | undefined
  for (let depth = 0; typeof each === 'object' && each !== null && depth < maxDepth; depth++) {
    const { code, message } = each
    const text = oneLine(String(message))
    const found = typeof code === 'string' ? causes.find(([pattern]) => pattern.test(code)) : undefined
    if (found !== undefined) return { text, advice: found[1], isFinal: true }
    // Node's words for a connection that ends in the middle of the handshake; a broker that stops does that, too.
    if (text.includes('before secure TLS connection')) return { text, advice: notTls, isFinal: false }
    each = each.cause as typeof each
  }
  return undefined
}

const notTls =
  'Where that goes on, what listens there does not speak TLS: leave out ssl then, or use the port that does.'

/** OpenSSL writes `…:error:0A00045C:SSL routines:function:reason:file:line:…`. */
function oneLine(message: string): string {
  const { reason } = /:error:[0-9A-F]+:[^:]*:[^:]*:(?<reason>[^:]+)/.exec(message)?.groups ?? {}
  return (reason ?? message).trim()
}
