import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

const hashes = { 'SCRAM-SHA-256': ['sha256', 32], 'SCRAM-SHA-512': ['sha512', 64] } as const

/** The broker's side of RFC 5802, for one user, written from the RFC and apart from the client's. */
export function scramServer(mechanism: keyof typeof hashes, password: string): (message: string) => string | undefined {
  const [hash, length] = hashes[mechanism]
  const salt = Buffer.from('some salt')
  const salted = pbkdf2Sync(password, salt, 4_096, length, hash)
  const mac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  const clientKey = mac(salted, 'Client Key')
  let clientFirst: string | undefined
  let first = ''

  return (message) => {
    if (clientFirst === undefined) {
      clientFirst = message.slice('n,,'.length)
      first = `r=${/r=(.*)$/.exec(clientFirst)![1]}-server,s=${salt.toString('base64')},i=4096`
      return first
    }
    const [withoutProof, proof] = message.split(',p=') as [string, string]
    const conversation = `${clientFirst},${first},${withoutProof}`
    const signature = mac(createHash(hash).update(clientKey).digest(), conversation)
    const given = Buffer.from(proof, 'base64')
    if (!given.every((byte, at) => (byte ^ signature[at]!) === clientKey[at])) return undefined
    return `v=${mac(mac(salted, 'Server Key'), conversation).toString('base64')}`
  }
}
