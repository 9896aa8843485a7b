/** What SCRAM needs of a host's cryptography, with one hash. */
export interface ScramCrypto {
  /** Bytes that nobody can foresee. */
  randomBytes(length: number): Uint8Array
  hash(data: Uint8Array): Promise<Uint8Array>
  hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>
  /** PBKDF2 with HMAC, as many bytes as the hash has. */
  deriveKey(password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>
}

const hashes = { 'SCRAM-SHA-256': ['SHA-256', 32], 'SCRAM-SHA-512': ['SHA-512', 64] } as const

export type ScramMechanism = keyof typeof hashes

/** By the Web Cryptography API, which Node and browsers have. */
export function webScramCrypto(mechanism: ScramMechanism): ScramCrypto {
  const [hash, bytes] = hashes[mechanism]
  const { subtle } = crypto
  return {
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    hash: async (data) => new Uint8Array(await subtle.digest(hash, owned(data))),
    async hmac(secret, data) {
      const key = await subtle.importKey('raw', owned(secret), { name: 'HMAC', hash }, false, ['sign'])
      return new Uint8Array(await subtle.sign('HMAC', key, owned(data)))
    },
    async deriveKey(password, salt, iterations) {
      const key = await subtle.importKey('raw', owned(password), 'PBKDF2', false, ['deriveBits'])
      const parameters = { name: 'PBKDF2', hash, salt: owned(salt), iterations }
      return new Uint8Array(await subtle.deriveBits(parameters, key, bytes * 8))
    },
  }
}

/** The interface takes no bytes that others could change meanwhile (a `SharedArrayBuffer`). */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice()
}
