import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

const hashes = { 'SCRAM-SHA-256': ['sha256', 32], 'SCRAM-SHA-512': ['sha512', 64] } as const

export interface ScramClient {
  readonly first: string
  /** The proof, in answer to the broker's first message. */
  final(serverFirst: string): string
  /** What the broker has to say in the end, to prove that it knows the password too. */
  readonly expected: string
}

/** The client's side of RFC 5802, written from the RFC and apart from the broker's. */
export function scramClient(
  mechanism: keyof typeof hashes,
  user: string,
  password: string,
  nonce = 'fyko+d2lbbFgONRv9qkxdawL',
): ScramClient {
  const [hash, length] = hashes[mechanism]
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  const mac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  let expected = ''
  return {
    first: `n,,${bare}`,
    final(serverFirst) {
      const { whole, salt, count } = /^r=(?<whole>[^,]+),s=(?<salt>[^,]+),i=(?<count>\d+)$/.exec(serverFirst)!.groups!
      const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(count), length, hash)
      const withoutProof = `c=biws,r=${whole}`
      const conversation = `${bare},${serverFirst},${withoutProof}`
      expected = `v=${mac(mac(salted, 'Server Key'), conversation).toString('base64')}`
      const clientKey = mac(salted, 'Client Key')
      const signature = mac(createHash(hash).update(clientKey).digest(), conversation)
      const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!))
      return `${withoutProof},p=${proof.toString('base64')}`
    },
    get expected() {
      return expected
    },
  }
}
